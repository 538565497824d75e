// The issuer, the two listeners and what they accept.
import { duration, mostOfTimers } from '../duration.ts';
import { mtlsCaller } from '../mtls-caller.ts';
import {
  anyText,
  fileMode,
  hostName,
  hostPattern,
  issuerUrl,
  origin,
  proxyAddress,
  trueOrFalse,
  wholeNumber,
} from '../parse.ts';
import { fromCore, list, optional, preset } from './declare.ts';

const port = wholeNumber(1, 65535);

export const listeners = {
  issuer: optional(
    'CLAVIGER_ISSUER',
    issuerUrl,
    'Public URL of the server, used exactly as written: the `iss` of ID tokens and the base of every public URL. Must be https, unless its host is a loopback address. Default: the address of the public listener on loopback, such as `http://127.0.0.1:4444`.',
  ),
  publicHost: preset('CLAVIGER_PUBLIC_HOST', '127.0.0.1', hostName, 'Address that the public listener binds to.'),
  publicPort: preset('CLAVIGER_PUBLIC_PORT', '4444', port, 'Port of the public listener.'),
  publicHealth: preset(
    'CLAVIGER_PUBLIC_HEALTH',
    'true',
    trueOrFalse,
    'Serve `/health/alive` and `/health/ready` on the public listener too, for balancers that reach only that one. What is wrong is shown on the admin listener only.',
  ),
  adminHost: preset(
    'CLAVIGER_ADMIN_HOST',
    '127.0.0.1',
    hostName,
    'Address that the admin listener binds to. An address other than loopback needs [admin keys](admin-keys.md).',
  ),
  adminPort: preset('CLAVIGER_ADMIN_PORT', '4445', port, 'Port of the admin listener.'),
  adminSocket: optional(
    'CLAVIGER_ADMIN_SOCKET',
    anyText,
    'Path of a Unix socket. The admin listener uses it in place of a TCP port: only users of this machine who may write to the file can connect. See [Unix socket](admin-keys.md#unix-socket).',
  ),
  adminSocketMode: preset(
    'CLAVIGER_ADMIN_SOCKET_MODE',
    '0660',
    fileMode,
    'Permission bits of that socket, in octal. A socket that every user may connect to needs [admin keys](admin-keys.md).',
  ),
  adminAllowedHosts: list(
    'CLAVIGER_ADMIN_ALLOWED_HOSTS',
    hostPattern,
    'Host names that the admin endpoints accept, in addition to loopback names and the address of the connection: `claviger-admin`, `*.internal.example.com`, or `*` for all. Requests with other names are answered with 403, which protects against DNS rebinding. `/health/…` accepts any name.',
  ),
  publicTlsCertFile: optional(
    'CLAVIGER_PUBLIC_TLS_CERT_FILE',
    anyText,
    'PEM file with the certificate of the public listener, followed by its intermediate certificates. With it the listener speaks https (TLS 1.2 or later). The files are read again every five seconds, and new connections use a renewed certificate without a restart. See [TLS](deploy.md#tls).',
  ),
  publicTlsKeyFile: optional(
    'CLAVIGER_PUBLIC_TLS_KEY_FILE',
    anyText,
    'PEM file with the private key of that certificate, without a passphrase.',
  ),
  adminTlsCertFile: optional(
    'CLAVIGER_ADMIN_TLS_CERT_FILE',
    anyText,
    'The same for the admin listener: PEM file with its certificate.',
  ),
  adminTlsKeyFile: optional(
    'CLAVIGER_ADMIN_TLS_KEY_FILE',
    anyText,
    'PEM file with the private key of the certificate of the admin listener, without a passphrase.',
  ),
  trustedProxies: list(
    'CLAVIGER_TRUSTED_PROXIES',
    proxyAddress,
    'Proxies in front of the server: IP addresses, networks such as `10.0.0.0/8`, or `loopback`. From these, the server takes the address of the client (`X-Forwarded-For`), the scheme (`X-Forwarded-Proto`) and the request id (`X-Request-Id`). From any other peer it ignores these headers. Every proxy in the chain must be listed. See [behind a proxy](production.md#behind-a-proxy).',
  ),
  ...fromCore({ firstAdminKeys: 'CLAVIGER_ADMIN_KEY' }),
  adminKeyFile: optional(
    'CLAVIGER_ADMIN_KEY_FILE',
    anyText,
    'File with the value of CLAVIGER_ADMIN_KEY, for secrets that are mounted as files. Read once, at start.',
  ),
  adminMtlsCaFile: optional(
    'CLAVIGER_ADMIN_MTLS_CA_FILE',
    anyText,
    'PEM file with the CAs that sign the client certificates of callers of the admin API, root certificates included. While it is set, the admin API refuses requests without a certificate or key, on loopback too. Read again every five seconds. Needs CLAVIGER_ADMIN_TLS_CERT_FILE. See [client certificates](admin-keys.md#client-certificates).',
  ),
  adminMtlsCallers: list(
    'CLAVIGER_ADMIN_MTLS_CALLERS',
    mtlsCaller,
    'Names in those certificates, each with its scopes: `CN:login-pages=flows`, `DNS:deploy.internal=read+write`, `URI:spiffe://example.org/ops=read+keys`. Certificates without a listed name are refused.',
  ),
  requireAdminKey: preset(
    'CLAVIGER_ADMIN_REQUIRE_KEY',
    'false',
    trueOrFalse,
    'Refuse requests to the admin API without a key, although CLAVIGER_ADMIN_KEY is not set. Set it once the keys that you use are in the store and you remove the first key.',
  ),
  keepAlive: preset(
    'CLAVIGER_KEEP_ALIVE',
    '125s',
    duration(1, mostOfTimers),
    'How long an idle connection stays open. Must be longer than the idle timeout of the load balancer in front: use 620s for the load balancers of Google Cloud.',
  ),
  corsAllowedOrigins: list(
    'CLAVIGER_CORS_ALLOWED_ORIGINS',
    origin,
    'Origins whose scripts may call the token, revocation, userinfo and registration endpoints: `https://app.example.com`, `https://*.example.com` for every name below it, or `*`. Default: none. Discovery and the key set are open to all origins.',
  ),
  corsMaxAge: preset(
    'CLAVIGER_CORS_MAX_AGE',
    '0s',
    duration(0),
    'How long browsers may cache that an origin is allowed. 0s leaves it to the browser.',
  ),
};
