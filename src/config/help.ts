import { COMMAND_NAMES, COMMANDS, type CommandName } from './commands.js';
import { FLAGS, type Flag } from './flags.js';

/** What `--help` prints: of one command, or of all. `width` in columns. */
export function helpOf(command: CommandName | undefined, width = 100): string {
  const flags = Object.values<Flag>(FLAGS);
  const lines = [];
  if (command === undefined) {
    lines.push('windlass – a Gateway API control plane that programs Envoy', '');
    lines.push('Usage: windlass COMMAND [OPTION...] [PATH...]', '', 'Commands:');
    for (const name of COMMAND_NAMES) lines.push(`  ${name.padEnd(12)}${COMMANDS[name].help}`);
    lines.push('', 'Options of every command:');
    lines.push(
      ...optionLines(
        flags.filter((flag) => flag.commands.length === COMMAND_NAMES.length),
        width,
      ),
    );
    lines.push('', 'Options of one command: windlass COMMAND --help', '', ...EXAMPLES);
  } else {
    lines.push(
      `Usage: windlass ${command} [OPTION...] ${COMMANDS[command].args}`.trimEnd(),
      '',
      COMMANDS[command].help,
      '',
      'Options:',
    );
    lines.push(
      ...optionLines(
        flags.filter((flag) => flag.commands.includes(command)),
        width,
      ),
    );
  }
  lines.push('', EXIT_CODES);
  return `${lines.join('\n')}\n`;
}

const EXAMPLES = [
  'Examples:',
  '  windlass check site                 is it valid?',
  '  windlass up site                    serve it; Ctrl-C drains and stops',
  '  windlass config site --type routes  what Envoy would get',
];
const EXIT_CODES =
  'Exit codes: 0 success, 1 faults found, 2 wrong usage, 3 the environment lacks something (Envoy, a port, a file)';

function optionLines(flags: readonly Flag[], width: number): string[] {
  const indent = 32;
  return flags.flatMap((flag) => {
    const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
    const left = `  ${short}--${flag.name}${flag.value.hint === '' ? '' : ` ${flag.value.hint}`}`;
    const wrapped = wrap(`${flag.help}${notes(flag)}`, width - indent);
    const [first = '', ...rest] = wrapped;
    const head = left.length < indent ? [left.padEnd(indent) + first] : [left, ' '.repeat(indent) + first];
    return [...head, ...rest.map((line) => ' '.repeat(indent) + line)];
  });
}

function notes({ kind, default: value, defaultText, unit, env }: Flag): string {
  const shown = defaultText ?? (value === '' || kind === 'switch' ? undefined : value);
  const parts = [
    ...(shown === undefined ? [] : [`default ${shown}${unit === undefined ? '' : ` ${unit}`}`]),
    ...(env === undefined ? [] : [`env ${env}`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
