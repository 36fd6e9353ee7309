import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';

// Ties what documents say of tests to the tests: a document names a test by its file and its sentence, as the test runner prints it.

const root = new URL('../../../', import.meta.url).pathname;
const known = new Map<string, ReadonlySet<string> | undefined>();

/**
 * What is wrong with a cell that names tests, each as `` `path/of.test.ts`: sentence `` and one `<br>` between two. The sentence is that of the `it`,
 * with or without those of the `describe`s around it in front, `%s` and the like as they are written.
 * @param folder that the files have to be in: `src/` or `e2e/`
 */
export function faultsOfTests(cell: string, folder: string): readonly string[] {
  if (cell === '') return [`no test in ${folder} is named`];
  return cell.split(/\s*<br>\s*/).flatMap((name) => {
    const [, file, sentence] = /^`([^`]+\.test\.ts)`: (.+)$/.exec(name) ?? [];
    if (file === undefined || sentence === undefined)
      return [`"${name}" is not of the form \`file.test.ts\`: sentence`];
    if (!file.startsWith(folder)) return [`${file} is not in ${folder}`];
    const sentences = sentencesOf(file);
    if (sentences === undefined) return [`there is no file ${file}`];
    return sentences.has(sentence) ? [] : [`${file} has no test "${sentence}"`];
  });
}

function sentencesOf(file: string): ReadonlySet<string> | undefined {
  if (!known.has(file)) known.set(file, existsSync(root + file) ? read(file) : undefined);
  return known.get(file);
}

function read(file: string): ReadonlySet<string> {
  const source = ts.createSourceFile(file, readFileSync(root + file, 'utf8'), ts.ScriptTarget.ESNext, true);
  const sentences = new Set<string>();
  const visit = (node: ts.Node, around: string): void => {
    const named = ts.isCallExpression(node) ? nameOf(node) : undefined;
    if (named?.of === 'it') {
      sentences.add(named.sentence);
      sentences.add(`${around}${named.sentence}`);
    }
    const within = named?.of === 'describe' ? `${around}${named.sentence} ` : around;
    ts.forEachChild(node, (child) => visit(child, within));
  };
  visit(source, '');
  return sentences;
}

/** Of `it('…', …)` and `it.each(…)('…', …)`, and the same of `describe`. */
function nameOf({ expression, arguments: [first] }: ts.CallExpression) {
  const callee = ts.isCallExpression(expression) ? expression.expression : expression;
  const [of] = callee.getText().split('.');
  if ((of !== 'it' && of !== 'describe') || first === undefined) return undefined;
  if (ts.isStringLiteralLike(first)) return { of, sentence: first.text } as const;
  // A sentence with something in it: as it is written.
  return ts.isTemplateExpression(first)
    ? ({ of, sentence: first.getText().slice(1, -1) } as const)
    : undefined;
}
