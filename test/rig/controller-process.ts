import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { readConfig } from '../../controller/config.ts';
import { startController } from '../../controller/main.ts';
import type { Cluster } from '../../controller/ports.ts';

/*
 * `foresail controller`, with one place where a test can stop the process: between a decision and its write. It stops
 * itself (SIGSTOP) at the next write after the file RIG_FREEZE_FILE has appeared.
 */
const freezeFile = process.env.RIG_FREEZE_FILE ?? '';

const config = readConfig(process.argv.slice(2), { ...process, env: process.env });
const controller = await startController(config, { stdout: process.stdout, wrapCluster: freezing });
const terminated = new AbortController();
process.once('SIGTERM', () => terminated.abort());
await once(terminated.signal, 'abort');
await controller.stop();

function freezing(cluster: Cluster): Cluster {
  const scale: Cluster['scale'] = async (write) => {
    if (existsSync(freezeFile)) {
      rmSync(freezeFile);
      process.kill(process.pid, 'SIGSTOP');
    }
    return cluster.scale(write);
  };
  return new Proxy(cluster, {
    get: (target, name) => {
      if (name === 'scale') return scale;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
