// The package that npm makes of the loader.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const loader = path.join(process.env.GGUF_BUILD, 'loader', 'gguf-admission');
const scratch = mkdtempSync(path.join(tmpdir(), 'gguf-package-'));
after(() => rmSync(scratch, { recursive: true }));

const run = (command, args, cwd) => execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

test('it packs, and what is in it can be imported by its name', () => {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', scratch, '--cache', path.join(scratch, 'cache'), loader], scratch));
  const names = packed.files.map((file) => file.path).sort();
  assert.deepEqual(names, readdirSync(loader).sort());
  run('tar', ['xzf', packed.filename], scratch);
  cpSync(path.join(scratch, 'package'), path.join(scratch, 'node_modules', 'gguf-admission'), { recursive: true });
  const script = "import { createHost } from 'gguf-admission'; console.log((await createHost()).memory.linear);";
  assert.ok(Number(run(process.execPath, ['--input-type=module', '-e', script], scratch)) > 1048576);
});

test('its version is that of the library', () => {
  const { version } = JSON.parse(readFileSync(path.join(loader, 'package.json'), 'utf8'));
  const project = readFileSync(path.join(process.env.GGUF_SOURCE, 'CMakeLists.txt'), 'utf8');
  assert.equal(version, /project\(libgguf VERSION ([0-9.]+)/.exec(project)[1]);
});

test('every name that is exported has a type, and every error code is listed', async () => {
  const types = readFileSync(path.join(loader, 'gguf-admission.d.ts'), 'utf8');
  const exported = Object.keys(await import(path.join(loader, 'gguf-admission.mjs')));
  for (const name of exported) assert.match(types, new RegExp(`export (class|function) ${name}\\b`));
  for (const name of readdirSync(loader).filter((file) => file.endsWith('.mjs'))) {
    const source = readFileSync(path.join(loader, name), 'utf8');
    for (const [, code] of source.matchAll(/new AdmissionError\(\s*'([a-z-]+)'/g)) {
      assert.ok(types.includes(`'${code}'`), `${name}: ${code}`);
    }
  }
});
