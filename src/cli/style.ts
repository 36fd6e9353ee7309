import { styleText } from 'node:util';
import type { Config } from '../config/index.js';
import type { Output } from './io.js';

export type Tone = 'good' | 'bad' | 'warning' | 'strong' | 'faint';
export type Paint = (tone: Tone, text: string) => string;

const FORMATS = { good: 'green', bad: 'red', warning: 'yellow', strong: 'bold', faint: 'dim' } as const;

/** Colours on a terminal only, and not against NO_COLOR. */
export function paintFor(output: Output, config: Pick<Config, 'noColor'>): Paint {
  if (!output.isTerminal || config.noColor) return (_tone, text) => text;
  return (tone, text) => styleText(FORMATS[tone], text, { validateStream: false });
}
