import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { judge } from './judge.ts';
import { parseScenario } from './parse.ts';
import { play } from './play.ts';

const files = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('.scn'));

for (const file of files) {
  test(file, (t) => {
    const scenario = parseScenario(
      `test/scenarios/${file}`,
      readFileSync(new URL(file, import.meta.url), 'utf8'),
    );
    t.is(judge(scenario, play(scenario)).join('\n'), '');
  });
}

test('there are scenarios', (t) => {
  t.true(files.length >= 10);
});
