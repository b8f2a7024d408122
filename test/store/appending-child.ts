import { openHistory } from '../../controller/store/history.ts';
import { step } from '../conformance/history.ts';

// Appends for ever, a flush per step, and prints how many steps are safe; the test kills it.
const history = await openHistory({ path: process.argv[2] ?? '', retentionDays: 36_500 });
for (let index = 0; index < 100_000; index++) {
  history.append('shop/Deployment/web', [step(index, index + 1)]);
  await history.flush();
  process.stdout.write(`${index + 1}\n`);
}
