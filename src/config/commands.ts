/** Every command: its arguments and one line of help. `docs/reference/cli.md` repeats this table. */
export const COMMANDS = {
  up: {
    args: 'PATH...',
    help: 'Serve files or directories: start Envoys, follow edits, print addresses and statuses',
  },
  controller: {
    args: '',
    help: 'Serve a Kubernetes cluster: follow its API server, program the Envoys of its Gateways',
  },
  check: { args: 'PATH...', help: 'Validate as an API server would, and say what would be refused' },
  config: {
    args: '[PATH...]',
    help: 'Print what Envoy would get of files, or gets of a running control plane; secrets are redacted',
  },
  status: { args: '', help: 'What a running control plane serves, and what is not served as written' },
  fleets: { args: '', help: 'The Envoys of a running control plane, and what they acknowledged or rejected' },
  cert: { args: '', help: 'Make a CA and a certificate signed by it, as Secret YAML on standard output' },
  version: { args: '', help: 'Print the version' },
} as const satisfies Record<string, { readonly args: string; readonly help: string }>;

export type CommandName = keyof typeof COMMANDS;

export const COMMAND_NAMES: readonly CommandName[] = [
  'up',
  'controller',
  'check',
  'config',
  'status',
  'fleets',
  'cert',
  'version',
];

/** Sets of commands that share a flag. */
export const GROUPS = {
  all: COMMAND_NAMES,
  up: ['up'],
  controller: ['controller'],
  serving: ['up', 'controller'],
  config: ['config'],
  running: ['config', 'status', 'fleets'],
  cluster: ['controller', 'config', 'status', 'fleets'],
  namespace: ['controller', 'config', 'status', 'fleets', 'cert'],
  cert: ['cert'],
} as const satisfies Record<string, readonly CommandName[]>;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
