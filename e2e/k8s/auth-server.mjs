// An auth server of tests, by HTTP on port 8080 and by gRPC on port 9090. `x-token: good` lets a request pass, which then says whose it is, and by which
// servers it has come; any other is told 403 by name.
import { createServer } from 'node:http';
import grpc from '/app/node_modules/@grpc/grpc-js/build/src/index.js';
import { decode, encode } from '/app/dist/proto/index.js';

const pod = process.env.POD;
/** Of the Deployment. */
const name = pod.replace(/-[a-z0-9]+-[a-z0-9]+$/, '');
const PERMISSION_DENIED = 7;

function verdict(headers) {
  if (headers['x-token'] !== 'good')
    return { isAllowed: false, headers: { 'x-denied-by': name }, body: `not without a token, says ${name}` };
  const via = [headers['x-via'], name].filter((each) => each !== undefined).join(' ');
  return { isAllowed: true, headers: { 'x-user': 'ann', 'x-via': via, 'x-auth-pod': pod } };
}

function checkResponse(headers) {
  const said = verdict(headers);
  const options = Object.entries(said.headers).map(([key, value]) => ({ header: { key, value } }));
  return said.isAllowed
    ? { status: { code: 0 }, okResponse: { headers: options } }
    : {
        status: { code: PERMISSION_DENIED },
        deniedResponse: { status: { code: 403 }, headers: options, body: said.body },
      };
}

const calls = new grpc.Server();
calls.register(
  '/envoy.service.auth.v3.Authorization/Check',
  (call, reply) => reply(null, checkResponse(call.request.attributes?.request?.http?.headers ?? {})),
  (response) => Buffer.from(encode('envoy.service.auth.v3.CheckResponse', response)),
  (bytes) => decode('envoy.service.auth.v3.CheckRequest', bytes),
  'unary',
);

const server = createServer((request, response) => {
  const said = verdict(request.headers);
  response.writeHead(said.isAllowed ? 200 : 403, said.headers);
  response.end(said.body);
});
server.keepAliveTimeout = 600_000;

// The port of HTTP comes last: it is asked whether the pod is ready.
calls.bindAsync('[::]:9090', grpc.ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
  server.listen(8080, '::');
});
process.once('SIGTERM', () => process.exit(0));
