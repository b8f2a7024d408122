import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { VirtualClock } from '../../controller/clock.ts';
import { createAuthority, issue } from '../../controller/webhook/certificate.ts';
import { integer, oid, time, tlv } from '../../controller/webhook/der.ts';
import { type Served, ServingCertificate } from '../../controller/webhook/serving-certificate.ts';
import { command, works } from '../rig/command.ts';

const NOW_MS = Date.UTC(2026, 10, 24);
const DAY_MS = 86_400_000;
const NAME = 'foresail-webhook.foresail.svc';
const hex = (bytes: Buffer) => bytes.toString('hex');

test('lengths, numbers and names are encoded as in the standard', (t) => {
  t.is(hex(tlv(0x02, [5])), '020105');
  t.is(hex(tlv(0x04, new Uint8Array(300)).subarray(0, 4)), '0482012c');
  t.is(hex(integer([0x80])), '02020080');
  t.is(hex(oid('1.2.840.10045.4.3.2')), '06082a8648ce3d040302');
});

test('a year is of two digits until 2049 and of four from 2050 on', (t) => {
  t.is(
    time(Date.UTC(2049, 11, 31, 23, 59, 59))
      .subarray(2)
      .toString(),
    '491231235959Z',
  );
  t.is(
    time(Date.UTC(2050, 0, 1))
      .subarray(2)
      .toString(),
    '20500101000000Z',
  );
});

const authority = createAuthority(NAME, NOW_MS, 365 * DAY_MS);
const leaf = issue({ key: createPrivateKey(authority.key) }, NAME, NOW_MS, DAY_MS);

test('a certificate is what its authority signed, for its name, from five minutes before now', (t) => {
  const [made, by] = [new X509Certificate(leaf.certificate), new X509Certificate(authority.certificate)];
  t.true(made.verify(by.publicKey));
  t.true(made.checkIssued(by));
  t.true(made.checkPrivateKey(createPrivateKey(leaf.key)));
  t.is(made.checkHost(NAME), NAME);
  t.false(made.ca);
  t.true(by.ca);
  t.is(made.validFromDate.getTime(), NOW_MS - 5 * 60_000);
  t.is(made.validToDate.getTime(), NOW_MS + DAY_MS);
  t.not(made.serialNumber, by.serialNumber);
});

/** What another implementation says of the chain. */
async function verified(certificate: string, name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'foresail-'));
  writeFileSync(join(folder, 'ca.crt'), authority.certificate);
  writeFileSync(join(folder, 'leaf.crt'), certificate);
  const result = await command(
    'openssl',
    [
      ...['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', name],
      ...['-attime', String(NOW_MS / 1000), '-CAfile', 'ca.crt', 'leaf.crt'],
    ],
    { cwd: folder },
  );
  return result.stdout + result.stderr;
}

test('openssl takes the chain by its strict rules, and no other name under the same authority', async (t) => {
  if (!(await works('openssl', ['version']))) return t.pass(t.log('SKIPPED: there is no openssl') ?? '');
  t.regex(await verified(leaf.certificate, NAME), /leaf\.crt: OK/);
  const other = issue({ key: createPrivateKey(authority.key) }, 'kubernetes.default.svc', NOW_MS, DAY_MS);
  t.regex(await verified(other.certificate, 'kubernetes.default.svc'), /permitted subtree violation/);
});

function serving(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'foresail-'));
  const put = (name: string, content: string) => writeFileSync(join(folder, name), content);
  for (const [name, content] of Object.entries(files)) put(name, content);
  const clock = new VirtualClock(NOW_MS);
  const certificate = new ServingCertificate({ folder, dnsName: NAME, lifeSeconds: 3600, clock });
  return { folder, put, clock, certificate };
}

const issuedBy = (served: Served | undefined, by: string) =>
  new X509Certificate(served?.certificate ?? '').checkIssued(new X509Certificate(by));

test('a certificate is replaced at half its life, and not before', (t) => {
  const { clock, certificate } = serving({ 'ca.crt': authority.certificate, 'ca.key': authority.key });
  const first = certificate.refresh();
  t.is(first?.expiresMs, NOW_MS + 3_600_000);
  clock.advance(1_799_000);
  t.is(certificate.refresh(), undefined);
  clock.advance(1_000);
  const second = certificate.refresh();
  t.is(second?.expiresMs, NOW_MS + 5_400_000);
  t.not(second?.key, first?.key);
});

test('another authority in the folder is taken at once', (t) => {
  const { put, certificate } = serving({ 'ca.crt': authority.certificate, 'ca.key': authority.key });
  certificate.refresh();
  const other = createAuthority(NAME, NOW_MS, DAY_MS);
  put('ca.crt', other.certificate);
  t.throws(() => certificate.refresh(), { message: /ca\.key must be the key of ca\.crt/ });
  put('ca.key', other.key);
  t.true(issuedBy(certificate.refresh(), other.certificate));
});

test('nothing is issued beyond the end of the authority', (t) => {
  const short = createAuthority(NAME, NOW_MS, 600_000);
  const { clock, certificate } = serving({ 'ca.crt': short.certificate, 'ca.key': short.key });
  t.is(certificate.refresh()?.expiresMs, NOW_MS + 600_000);
  clock.advance(600_000);
  t.throws(() => certificate.refresh(), { message: /has expired: make another/ });
});

test('a certificate made elsewhere is shown until its file is another one', (t) => {
  const { put, clock, certificate } = serving({ 'tls.crt': leaf.certificate, 'tls.key': leaf.key });
  t.is(certificate.refresh()?.certificate, leaf.certificate);
  clock.advance(DAY_MS);
  t.is(certificate.refresh(), undefined);
  const next = issue({ key: createPrivateKey(authority.key) }, NAME, NOW_MS, 2 * DAY_MS);
  put('tls.key', next.key);
  put('tls.crt', next.certificate);
  t.is(certificate.refresh()?.expiresMs, NOW_MS + 2 * DAY_MS);
});

test('a folder without a certificate is named, with what makes one', (t) => {
  const { folder, certificate } = serving({});
  t.throws(() => certificate.refresh(), {
    message: `${join(folder, 'tls.crt')} must be a readable file (ENOENT): foresail webhook --print-manifests makes the Secret that is mounted there`,
  });
});
