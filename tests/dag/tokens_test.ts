import assert from "node:assert/strict";
import { readModule } from "../../src/dag/tokens.ts";

function same(a: string, b: string): void {
  assert.equal(readModule(a).text, readModule(b).text);
}

function different(a: string, b: string): void {
  assert.notEqual(readModule(a).text, readModule(b).text);
}

Deno.test("readModule() ignores comments and white space", () => {
  same("const a = 1; // one\n/* two\n lines */ f(a);\n", "#!/usr/bin/env deno\nconst a=1;f(a)");
});

Deno.test("readModule() ignores quotes, trailing commas, arrow parentheses and leading bars", () => {
  same(`f('it"s', "don't", [1, 2,], {a,},)`, `f("it\\"s", 'don\\'t', [1, 2], { a })`);
  same("const g = <T,>(x) => h(x)", "const g = <T>(x) => h(x)");
  same("map(x => x + 1)", "map((x) => x + 1)");
  same("type A = 'x' | 'y'", 'type A =\n  | "x"\n  | "y";');
  different("f('a')", "f(a)");
  different("[,]", "[]");
});

Deno.test("readModule() ignores semicolons that only end a line", () => {
  same("a()\nb()\nclass C { x = 1\n y = 2 }", "a();\nb();\nclass C { x = 1; y = 2; }");
  same("a()\n;[1].map(f)", "a();\n[1].map(f);");
  different("a();\n[1].map(f)", "a()\n[1].map(f)");
  different("if (a);\nb()", "if (a)\nb()");
  different("while (a); b()", "while (a) b()");
  different("for (;;) a()", "for (;a;) a()");
  different("return\nx", "return x");
  same("return;\nx", "return\nx");
  same("function f() { return; }", "function f() {\n  return\n}");
});

Deno.test("readModule() ignores braces around a single simple statement", () => {
  same("if (a) { b(); } else { c(); }", "if (a) b();\nelse c();");
  same("if (a) { return; }\nb()", "if (a) return;\nb()");
  same("if (a) { b() }\n(c)", "if (a) b();\n(c)");
  same("if (a) {\n  throw new Error(\n    b,\n  );\n}", "if (a) throw new Error(b);");
  same("for (const a of b) { if (a) { c(); } }", "for (const a of b) if (a) c();");
  different("for (;;) { if (a) { b(); c(); } d() }", "for (;;) if (a) { b(); c(); } d()");
  same("type A = B<C<\n  D,\n>>", "type A = B<C<D>>");
  different("if (a) { b(); c(); }", "if (a) b(); c();");
  different("if (a) { b()\nc() }", "if (a) b()\nc()");
  different("if (a) { if (b) c() } else d()", "if (a) if (b) c(); else d()");
  different("if (a) { } b()", "if (a) b()");
});

Deno.test("readModule() sees what matters", () => {
  different("a + b", "a - b");
  different("const x = 1", "const x = 2");
  different("x = /a b/", "x = /a  b/");
  different("x = `a b`", "x = `a  b`");
  different("a ? b : c", "a ? c : b");
});

Deno.test("readModule() puts imports in one form and leaves types out", () => {
  same(
    `import { b, a } from "./x.ts"; import c from './c.ts'; import type { T } from "./t.ts"; f(a, b, c)`,
    `import c from "./c.ts";\nimport { a, type U, b } from "./x.ts";\nf(a, b, c);`,
  );
  different(`import { a } from "./x.ts"`, `import { a } from "./y.ts"`);
  different(`import { a } from "./x.ts"`, `import { b as a } from "./x.ts"`);
  same(`export { b, a }`, `export { a, b };`);
  same(`export type { A } from "./a.ts"; x()`, "x()");
  different(`import data from "./a.json" with { type: "json" }`, `import data from "./a.json"`);
});

Deno.test("readModule() lists imports and assets", () => {
  const module = readModule(`
    import type { T } from "./type.ts";
    import "./effect.ts";
    import def, { a } from "./a.ts";
    import * as all from "npm:pkg@1";
    export * from "./star.ts";
    export { b as c } from "./b.ts";
    export const d = 1;
    const late = await import("./late.ts");
    const name = import.meta.url;
    const other = await import(name);
    const bytes = new URL("./kernel.wasm", import.meta.url);
    const text = 'import "./no.ts"';
  `);
  assert.deepEqual(module.imports, [
    "./a.ts",
    "./b.ts",
    "./effect.ts",
    "./late.ts",
    "./star.ts",
    "npm:pkg@1",
  ]);
  assert.deepEqual(module.assets, ["./kernel.wasm"]);
});

Deno.test("readModule() finds nothing changed by deno fmt in a file written without care", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const text = `import {z,type B, a} from './x.ts'
export const f = async <T,>(x:T, y = {a:1,b:[1,2,3,],}) => { for(let i=0;i<3;i++){ await g(x,i) }
  const u:|'a'|'b' = 'a'; if (!x) { return }
  if (y) { f(x)
 g(y) }
  while (a) { if (b) { c() } else { d() }
 }
  return y.b.map(v=>v*2).filter(w=>{ return w>1 }).length>1?\`t\${x}\`:h("it's a rather long line indeed", 'and "another"', x, y, z, a) }`;
    Deno.writeTextFileSync(path, text);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--quiet", "--line-width", "60", path],
      cwd: path.slice(0, path.lastIndexOf("/")),
    }).output();
    assert.ok(success);
    const formatted = Deno.readTextFileSync(path);
    assert.notEqual(formatted, text);
    same(formatted, text);
  } finally {
    Deno.removeSync(path);
  }
});
