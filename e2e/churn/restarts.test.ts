import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { inNamespace, namespacesLack } from './namespaces.js';

const root = join(import.meta.dirname, '..', '..');
const soak = ['--import', './scripts/ts.mjs', 'e2e/churn/soak.ts', '--with', 'restarts'];
const short = ['--minutes', '0.35', '--rate', '150'];

// The rule: where the machine cannot make network namespaces, this is left out, and says so.
const lack = namespacesLack();
if (lack !== undefined)
  console.warn(`left out: a fleet of two Envoys on two addresses. This machine lacks ${lack}`);

(lack === undefined ? describe : describe.skip)(
  'churn under load over a fleet of two Envoys on two addresses',
  () => {
    it('fails no request while one after the other is drained, stopped and restarted', () => {
      const [command = '', ...args] = inNamespace([process.execPath, ...soak, ...short]);
      const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
      expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
    }, 120_000);
  },
);
