import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { hashBytes } from "../../src/dag/hash.ts";
import { installEngine, type InstallProgress, locateEngine } from "../../src/engines/mod.ts";
import type { Installer } from "../../src/engines/installer.ts";
import { lockEngines } from "../../src/engines/lock.ts";
import { LIBRARY, linuxTest, type SmallEngine, withSmallEngine } from "./small_engine.ts";

/** The machine's own pip, which may look at one folder only. */
function localPip(wheel: string): Installer {
  const settings = ["PIP_NO_INDEX=1", `PIP_FIND_LINKS=${dirname(wheel)}`];
  return { name: "pip", command: "env", prefix: [...settings, "python3", "-m", "pip"] };
}

const hasPip = await answers("python3", ["-m", "pip", "--version"]);

async function answers(command: string, args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args }).output()).success;
  } catch {
    return false;
  }
}

function pipTest(name: string, fn: () => Promise<void>): void {
  const ignore = !hasPip || LIBRARY === undefined;
  Deno.test({ name: `${name}${ignore ? " (skipped: no pip)" : ""}`, ignore, fn });
}

/** Names in the engines' folder. */
function namesIn({ places }: SmallEngine): string[] {
  return [...Deno.readDirSync(places.root)].map((entry) => entry.name).sort();
}

async function refused(
  small: SmallEngine,
  { message, installer = small.copier }: {
    readonly message: RegExp;
    readonly installer?: Installer;
  },
): Promise<void> {
  await rejects(
    installEngine("tensorflow", { places: small.places, installers: [installer] }),
    { name: "OutsideError", message },
  );
  deepEqual(namesIn(small), []);
  equal(locateEngine("tensorflow", small.places).state, "absent");
}

pipTest(
  "installEngine() unpacks what pip brings and leaves nothing else",
  () =>
    withSmallEngine(async (small) => {
      const { places, directory, library, wheel } = small;
      const seen: InstallProgress[] = [];
      const options = {
        places,
        installers: [localPip(wheel)],
        onProgress: (progress: InstallProgress) => seen.push(progress),
      };
      deepEqual(await installEngine("tensorflow", options), { directory, installed: true });
      deepEqual(namesIn(small), ["tensorflow-1.0"]);
      const inside = [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
      deepEqual(inside, ["libsmall.so.1", "manifest.json"]);
      const bytes = Deno.readFileSync(LIBRARY!);
      deepEqual(Deno.readFileSync(library), bytes);
      const manifest = JSON.parse(Deno.readTextFileSync(join(directory, "manifest.json")));
      deepEqual(manifest.files, [
        { path: "libsmall.so.1", bytes: bytes.length, sha256: hashBytes(bytes) },
      ]);
      deepEqual(locateEngine("tensorflow", places), {
        state: "ready",
        directory,
        version: "1.0",
        libraries: [library],
      });
      deepEqual([...new Set(seen.map(({ phase }) => phase))], ["download", "unpack"]);
      equal(seen.at(-1)!.doneBytes, bytes.length);
      ok(seen.every(({ doneBytes, totalBytes }) => doneBytes <= totalBytes));
      deepEqual(await installEngine("tensorflow", options), { directory, installed: false });
    }),
);

pipTest(
  "installEngine() lets pip refuse a wheel with another hash",
  () =>
    withSmallEngine(async (small) => {
      const message = /pip could not download small-engine 1\.0: ERROR: [^]*HASHES/;
      await refused(small, { message, installer: localPip(small.wheel) });
    }, { change: (wheel) => ({ ...wheel, sha256: "0".repeat(64) }) }),
);

pipTest(
  "installEngine() says in pip's words that a version is not to be had",
  () =>
    withSmallEngine(async (small) => {
      const message = /could not download small-engine 2\.0: ERROR: .*small-engine==2\.0/;
      await refused(small, { message, installer: localPip(small.wheel) });
    }, { change: (wheel) => ({ ...wheel, version: "2.0" }) }),
);

linuxTest("installEngine() hashes a wheel itself", () =>
  withSmallEngine(async (small) => {
    await refused(small, {
      message: /not the pinned file: expected SHA-256 f{64}, found [0-9a-f]{64}/,
    });
  }, { change: (wheel) => ({ ...wheel, sha256: "f".repeat(64) }) }));

linuxTest(
  "installEngine() names a wheel that pip did not bring",
  () =>
    withSmallEngine(async (small) => {
      await refused(small, { message: /did not bring other-1\.0/ });
    }, { change: (wheel) => ({ ...wheel, file: "other-1.0-py3-none-any.whl" }) }),
);

linuxTest(
  "installEngine() refuses a damaged archive",
  () =>
    withSmallEngine((small) => refused(small, { message: /could not be unpacked/ }), {
      damage: (bytes) => bytes.fill(0, 5000, 5200),
    }),
);

linuxTest(
  "installEngine() refuses a wheel without the library",
  () =>
    withSmallEngine((small) => refused(small, { message: /holds no small\/libsmall\.so\.1/ }), {
      files: {},
    }),
);

linuxTest(
  "installEngine() refuses a library for another processor and a truncated one",
  async () => {
    const library = Deno.readFileSync(LIBRARY!);
    const foreign = library.slice();
    foreign[18] = Deno.build.arch === "x86_64" ? 183 : 62;
    const cases: [Uint8Array, RegExp][] = [
      [foreign, /libsmall\.so\.1 of tensorflow is for another processor/],
      [
        library.slice(0, 4096),
        /libsmall\.so\.1 of tensorflow is truncated: .*found 4096/,
      ],
    ];
    for (const [bytes, message] of cases) {
      await withSmallEngine((small) => refused(small, { message }), {
        files: { "small/libsmall.so.1": bytes },
      });
    }
  },
);

linuxTest(
  "installEngine() replaces a broken installation and clears an interrupted one",
  () =>
    withSmallEngine(async (small) => {
      const { places, directory, library, copier } = small;
      Deno.mkdirSync(`${directory}.part/download`, { recursive: true });
      Deno.mkdirSync(directory);
      Deno.writeTextFileSync(library, "half");
      equal(locateEngine("tensorflow", places).state, "broken");
      await installEngine("tensorflow", { places, installers: [copier] });
      equal(locateEngine("tensorflow", places).state, "ready");
      deepEqual(namesIn(small), ["tensorflow-1.0"]);
    }),
);

linuxTest(
  "installEngine() keeps a broken installation when it fails",
  () =>
    withSmallEngine(async ({ places, directory, library, copier }) => {
      Deno.mkdirSync(directory, { recursive: true });
      Deno.writeTextFileSync(library, "half");
      await rejects(installEngine("tensorflow", { places, installers: [copier] }));
      equal(Deno.readTextFileSync(library), "half");
    }, { files: {} }),
);

linuxTest(
  "installEngine() stops pip when it is told to and leaves nothing",
  () =>
    withSmallEngine(async (small) => {
      const stop = new AbortController();
      const script = 'case "$*" in *--version*) exit 0;; esac; exec sleep 60';
      const hanging = { name: "hanging pip", command: "sh", prefix: ["-c", script, "pip"] };
      const installing = installEngine("tensorflow", {
        places: small.places,
        installers: [hanging],
        signal: stop.signal,
        onProgress: () => stop.abort(new DOMException("Interrupted", "AbortError")),
      });
      await rejects(installing, { name: "AbortError" });
      deepEqual(namesIn(small), []);
    }),
);

linuxTest("installEngine() works alone", () =>
  withSmallEngine(async ({ places, copier }) => {
    Deno.mkdirSync(places.root);
    const lock = await lockEngines(places);
    await rejects(
      installEngine("tensorflow", { places, installers: [copier] }),
      /Another `deno task engine` is at work/,
    );
    lock.release();
  }));

linuxTest(
  "installEngine() leaves alone what another process has installed meanwhile",
  () =>
    withSmallEngine(async ({ folder, places, directory, copier }) => {
      await installEngine("tensorflow", { places, installers: [copier] });
      const aside = join(folder, "aside");
      Deno.renameSync(directory, aside);
      // It is there by the time that the lock is taken, and nothing is to be had any more.
      const script = `case "$*" in *--version*) mv '${aside}' '${directory}';; *) exit 1;; esac`;
      const late = { name: "late pip", command: "sh", prefix: ["-c", script, "pip"] };
      deepEqual(await installEngine("tensorflow", { places, installers: [late] }), {
        directory,
        installed: false,
      });
      equal(locateEngine("tensorflow", places).state, "ready");
    }),
);

linuxTest(
  "installEngine() takes the first installer that answers, and says what is missing",
  () =>
    withSmallEngine(async ({ places, copier }) => {
      const absent = { name: "absent", command: "no-such-command", prefix: [] };
      const failing = { name: "failing", command: "false", prefix: [] };
      await rejects(
        installEngine("tensorflow", { places, installers: [absent, failing] }),
        { name: "OutsideError", message: /by pip or uv, and neither was found/ },
      );
      equal(existsSync(places.root), false);
      const installers = [absent, failing, copier];
      ok((await installEngine("tensorflow", { places, installers })).installed);
    }),
);

linuxTest(
  "installEngine() refuses a platform without a build",
  () =>
    withSmallEngine(async ({ places, copier }) => {
      const elsewhere = { ...places, os: "windows" } as const;
      const refusal = installEngine("tensorflow", { places: elsewhere, installers: [copier] });
      await rejects(refusal, (error) => {
        ok(error instanceof Error);
        match(error.message, /there is no tensorflow for windows on/);
        return error.name === "UserError";
      });
    }),
);
