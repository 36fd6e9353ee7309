import { afterEach, describe, expect, it } from '@jest/globals';
import { failing, scriptedServer, type ScriptedServer, type Step } from './testing/scripted-server.js';
import { reviewToken, type TokenReview } from './token-review.js';

let server: ScriptedServer | undefined;
afterEach(async () => await server?.close());

async function review(step: Step): Promise<TokenReview> {
  server = await scriptedServer(step);
  return await reviewToken(server.client, 'token', ['windlass-xds']);
}
const says =
  (answer: object): Step =>
  (response) =>
    response.end(JSON.stringify(answer));
const edge = { username: 'system:serviceaccount:shop:edge' };

describe('a TokenReview', () => {
  it('says whose a token is', async () => {
    const status = { authenticated: true, user: edge, audiences: ['windlass-xds'] };
    expect(await review(says({ status }))).toEqual({
      kind: 'accepted',
      username: edge.username,
      audiences: ['windlass-xds'],
    });
  });

  it('refuses in the words of the API server', async () => {
    expect(await review(says({ status: { error: 'it has expired' } }))).toEqual({
      kind: 'refused',
      message: 'it has expired',
    });
  });

  it.each([[undefined], [[]], [['https://kubernetes.default.svc']]])(
    'refuses a token for the audiences %j',
    async (audiences) => {
      const status = { authenticated: true, user: edge, audiences };
      expect(await review(says({ status }))).toMatchObject({ kind: 'refused' });
    },
  );

  it('is no answer without a status, nor when the API server refuses to give one', async () => {
    await expect(review(says({}))).rejects.toMatchObject({ code: 'KUBERNETES_API', status: 0 });
    await server?.close();
    await expect(review(failing(403, 'forbidden'))).rejects.toMatchObject({ status: 403 });
  });
});
