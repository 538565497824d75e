// Exit code 0 if the server in this container answers `/health/alive` or `/health/ready` (the argument) with 200. For HEALTHCHECK:
// the image has no curl. It asks the admin listener, on its own address, which always serves both paths.
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';

const {
  CLAVIGER_ADMIN_HOST: host = '',
  CLAVIGER_ADMIN_PORT: port = '',
  CLAVIGER_ADMIN_TLS_CERT_FILE: tls,
} = process.env;
const kind = process.argv[2] === 'ready' ? 'ready' : 'alive';
const everywhere = host === '' || host === '0.0.0.0' || host === '::';
const options = {
  host: everywhere ? '127.0.0.1' : host,
  port: port || '4445',
  path: `/health/${kind}`,
  timeout: 4000,
  // The certificate names the public host, not this address, and the request carries no secret.
  rejectUnauthorized: false,
};

const end = (code) => {
  process.exitCode = code;
};
const request = (tls ? getHttps : getHttp)(options, (reply) => {
  reply.resume();
  end(reply.statusCode === 200 ? 0 : 1);
});
request.on('timeout', () => request.destroy());
request.on('error', () => end(1));
