import test from 'ava';
import { predictiveScalerSpec } from '../../controller/api/predictive-scaler.ts';
import { Offers } from '../../controller/kube/offers.ts';

const scaler = (spec: object = {}) => ({
  uid: 'uid',
  spec: predictiveScalerSpec.parse({
    ...{ scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 9, mode: 'Automatic', ...spec },
  }),
});

test('an offer stands until the next', (t) => {
  const offers = new Offers({ current: () => ({ leading: true, epoch: 3, holder: 'a' }) });
  t.is(offers.get(scaler()), undefined);
  offers.put(scaler(), 5);
  offers.put(scaler(), 4);
  t.is(offers.get(scaler()), 4);
  offers.forget('uid');
  t.is(offers.get(scaler()), undefined);
});

for (const spec of [{ mode: 'Shadow' }, { mode: 'Advisory' }, { paused: true }]) {
  test(`with ${JSON.stringify(spec)} an offer is withdrawn for good`, (t) => {
    const offers = new Offers({ current: () => ({ leading: true, epoch: 3, holder: 'a' }) });
    offers.put(scaler(), 5);
    t.is(offers.get(scaler(spec)), undefined);
    t.is(offers.get(scaler()), undefined);
  });
}

for (const now of [
  { leading: false, epoch: 3 },
  { leading: true, epoch: 4 },
]) {
  test(`an offer of another term is none: leading ${now.leading}, epoch ${now.epoch}`, (t) => {
    let current = { leading: true, epoch: 3, holder: 'a' };
    const offers = new Offers({ current: () => current });
    offers.put(scaler(), 5);
    current = { ...now, holder: 'a' };
    t.is(offers.get(scaler()), undefined);
  });
}
