import test from 'ava';
import { checkLoopback } from '../../controller/cli/loopback.ts';

test('a loopback that works is nothing to talk about', async (t) => {
  await t.notThrowsAsync(checkLoopback());
});

test('an address that this machine cannot reach is said, with what it is for', async (t) => {
  // TEST-NET-1 (RFC 5737): nobody's address
  await t.throwsAsync(checkLoopback('192.0.2.1'), {
    name: 'BadInput',
    message: /^192\.0\.2\.1 must be reachable, for the simulated pods send over it: .*EADDRNOTAVAIL/,
  });
});
