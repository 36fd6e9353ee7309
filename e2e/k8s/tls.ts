import { once } from 'node:events';
import { connect } from 'node:tls';
import { HOST } from './site.js';

/** SHA-256 of the certificate that a new connection gets. */
export async function certificateAt(address: string): Promise<string> {
  const socket = connect({ host: address, port: 443, servername: HOST, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.fingerprint256 ?? '';
  } finally {
    socket.destroy();
  }
}
