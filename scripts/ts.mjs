// `node --import ./scripts/ts.mjs FILE.ts` runs TypeScript from source: an import that ends in .js finds its .ts file,
// and so does a thread.
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.startsWith('file:')) {
      const source = new URL(specifier.slice(0, -3) + '.ts', context.parentURL);
      if (existsSync(fileURLToPath(source))) return next(source.href, context);
    }
    if (specifier.startsWith('file:') && specifier.endsWith('.js') && !existsSync(fileURLToPath(specifier)))
      return next(specifier.slice(0, -3) + '.ts', context);
    return next(specifier, context);
  },
});
