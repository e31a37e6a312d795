import { type OfficialFiles, officialFiles, pythonFiles } from "./checksums.ts";
import type { SourceKind } from "./loaded_set.ts";

/** One form in which a data set is published: an archive and the folder that it unpacks to. */
export interface OfficialForm {
  readonly files: OfficialFiles;
  readonly packed: SourceKind;
  readonly unpacked: SourceKind;
}

/** The forms of a data set that can be read, the preferred one first. `own` stands in for the published hashes in tests. */
export function officialForms(dataset: string, own: {
  readonly official?: OfficialFiles | undefined;
  readonly python?: OfficialFiles | undefined;
} = {}): OfficialForm[] {
  const forms: OfficialForm[] = [];
  const first = own.official ?? officialFiles(dataset);
  if (first !== undefined) {
    forms.push(
      dataset === "stl-10"
        ? { files: first, packed: "stl-archive", unpacked: "stl" }
        : { files: first, packed: "archive", unpacked: "binary" },
    );
  }
  const second = own.python ?? pythonFiles(dataset);
  if (second !== undefined) {
    forms.push({ files: second, packed: "python-archive", unpacked: "python" });
  }
  return forms;
}
