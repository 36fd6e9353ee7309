// The clients, a process of its own: its argument is a LoadOptions as JSON. It writes a line when all kinds have been answered, ends when its standard input
// does, and writes a LoadReport then.
import { http2 } from './http2.js';
import { forever, stream, webSocket } from './long.js';
import { Recorder } from './recorder.js';
import { CLIENTS, type ClientKind, type LoadOptions } from './report.js';
import { fresh, kept } from './requests.js';

type Client = (
  options: LoadOptions,
  recorder: Recorder,
  index: number,
  goesOn: () => boolean,
) => Promise<void>;

const PROGRAMS: Readonly<Record<ClientKind, Client>> = { kept, fresh, http2, webSocket, stream, forever };

const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const recorder = new Recorder();
let isEnding = false;
const goesOn = (): boolean => !isEnding;

process.stdin.resume().once('end', () => (isEnding = true));
const all = CLIENTS.flatMap((kind) =>
  Array.from({ length: options.clients[kind] ?? 0 }, (_, index) =>
    PROGRAMS[kind](options, recorder, index, goesOn),
  ),
);
const kinds = CLIENTS.filter((kind) => (options.clients[kind] ?? 0) > 0);
const looking = setInterval(() => {
  if (!kinds.every((kind) => recorder.isAnswered(kind))) return;
  clearInterval(looking);
  process.stdout.write('begun\n');
}, 50);
await Promise.all(all);
clearInterval(looking);
process.stdout.write(JSON.stringify(recorder.report()));
process.stdout.once('finish', () => process.exit(0)).end();
