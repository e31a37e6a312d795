import assert from "node:assert/strict";
import { parseIndexCsv } from "../../src/data/index_csv.ts";
import { UserError } from "../../src/errors.ts";

function refused(text: string, message: string): void {
  assert.throws(
    () => parseIndexCsv(text, "index.csv"),
    (error) => {
      assert.ok(error instanceof UserError);
      assert.ok(error.message.includes(message), error.message);
      return true;
    },
  );
}

Deno.test("parseIndexCsv() reads sheets with a fixed split", () => {
  const index = parseIndexCsv(
    "sheet,position,split,label,original_index\na.png,0,labelled,1,40\na.png,1,unlabelled,0,7\nb.png,0,test,2,3\n",
    "index.csv",
  );
  assert.equal(index.kind, "sheets");
  assert.equal(index.fixed, true);
  assert.deepEqual(
    index.entries.map((
      { file, position, split, label, originalIndex },
    ) => [file, position, split, label, originalIndex]),
    [["a.png", 0, "labelled", 1, 40], ["a.png", 1, "unlabelled", 0, 7], ["b.png", 0, "test", 2, 3]],
  );
});

Deno.test("parseIndexCsv() numbers single images, and takes quotes, CRLF and a byte order mark", () => {
  const index = parseIndexCsv(
    '\uFEFFlabel,file,split\r\n0,"a, ""b"".png",train\r\n1,c.png,train\r\n\r\n1,d.png,test\r\n',
    "index.csv",
  );
  assert.equal(index.kind, "files");
  assert.equal(index.fixed, false);
  assert.deepEqual(
    index.entries.map((
      { file, position, originalIndex, line },
    ) => [file, position, originalIndex, line]),
    [['a, "b".png', null, 0, 2], ["c.png", null, 1, 3], ["d.png", null, 0, 5]],
  );
});

Deno.test("parseIndexCsv() says where the header is wrong", () => {
  refused("", "index.csv:1:1 Expected a line of column names, found an empty file");
  refused("\n\n", "index.csv:1:1 ");
  refused("file,split,lable\n", 'index.csv:1:12 Unknown column "lable": did you mean "label"?');
  refused("file,split\na.png,test\n", 'index.csv:1:1 The column "label" is missing');
  refused("split,label\n", 'Expected either a column "sheet"');
  refused("sheet,split,label\n", 'The column "position" is missing');
  refused("file,position,split,label\n", "index.csv:1:6 ");
  refused("file,split,label,label\n", "index.csv:1:18 The column");
  refused("file,split,label\n", "index.csv:2:1 Expected one line an image");
});

Deno.test("parseIndexCsv() says where a line is wrong", () => {
  const head = "file,split,label\na.png,train,0\n";
  refused(`${head}b.png,trian,0\n`, 'index.csv:3:7 Unknown split "trian": did you mean "train"?');
  refused(`${head}b.png,validation,0\n`, "expected one of labelled, unlabelled, train, test");
  refused(
    `${head}b.png,test,cat\n`,
    'index.csv:3:12 Expected label to be an integer of 0 or more, found "cat"',
  );
  refused(`${head}b.png,test,-1\n`, "index.csv:3:12 ");
  refused(`${head}b.png,test,1.5\n`, "index.csv:3:12 ");
  refused(`${head}b.png,test\n`, "index.csv:3:1 Expected 3 fields as in the first line, found 2");
  refused(`${head}../b.png,test,0\n`, "index.csv:3:1 Expected a file name inside the folder");
  refused(`${head}a.png,test,0\n`, "index.csv:3:1 The same image as in line 2");
  refused(`${head}"b.png,test,0\n`, "index.csv:3:1 Expected a closing quote");
  refused(`${head}"b.png"x,test,0\n`, "index.csv:3:8 Expected a comma");
  refused(`${head}b.png,labelled,0\nc.png,test,0\n`, "index.csv:3:1 ");
  refused(head, 'expected images with the split "test"');
  refused("file,split,label\na.png,test,0\n", "expected training images");
});
