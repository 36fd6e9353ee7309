// config – flags and environment compiled once into one readonly, fully defaulted type.
export { compile, type Config, type Invocation, type Surroundings } from './compile.js';
export type { CommandName } from './commands.js';
export { FLAGS, type Flag, type FlagName } from './flags.js';
export { helpOf } from './help.js';
