import { Html } from './html.js';

/** The whole look of the page: nothing is loaded from elsewhere. */
export const STYLE = new Html(`
:root { color-scheme: light dark; --line: light-dark(#d8dee4, #3d444d); --faint: light-dark(#59636e, #9198a1);
  --good: light-dark(#1a7f37, #3fb950); --bad: light-dark(#cf222e, #f85149); --warn: light-dark(#9a6700, #d29922);
  --panel: light-dark(#f6f8fa, #151b23); background: light-dark(#fff, #0d1117); color: light-dark(#1f2328, #f0f6fc); }
body { font: 14px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1200px; padding: 1rem 1.5rem 3rem; }
header { display: flex; align-items: baseline; gap: 1rem; flex-wrap: wrap; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
nav a { margin-right: .8rem; } a { color: inherit; } p { margin: .3rem 0; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid var(--line); padding: .3rem .55rem; text-align: left; vertical-align: top; }
th { background: var(--panel); font-weight: 600; white-space: nowrap; } code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
.faint { color: var(--faint); } .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.condition { display: block; } .condition b { font-weight: 600; }
`);
