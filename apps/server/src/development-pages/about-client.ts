// What the pages show about a client (OpenID Connect Registration §2: logo_uri, client_uri, policy_uri, tos_uri). The client
// supplies these values and nobody has checked them, so the pages also show where the response goes.
import { type Html, html, type PendingRequest } from '@claviger/core';

type Metadata = PendingRequest['client']['metadata'];

/**
 * The picture's URL, or '' for no picture. It must be https with a plain host name, because it becomes a part of the
 * Content-Security-Policy.
 */
export const logoOrigin = ({ logoUri }: Metadata): string => {
  if (logoUri === null || !URL.canParse(logoUri)) return '';
  const { origin } = new URL(logoUri);
  return /^https:\/\/[a-z0-9.-]+(:\d+)?$/.test(origin) ? origin : '';
};

export const clientLogo = (metadata: Metadata): Html =>
  html`${
    logoOrigin(metadata) !== '' &&
    html`<img class="logo" src="${metadata.logoUri ?? ''}" alt="Logo of ${metadata.name || 'the application'}" referrerpolicy="no-referrer">`
  }`;

/** An administrator may have registered anything: only http and https become links. */
const link = (text: string, url: string | null): readonly Html[] =>
  url !== null && /^https?:\/\//i.test(url)
    ? [html`<li><a href="${url}" rel="noreferrer noopener" target="_blank">${text}</a></li>`]
    : [];

export const clientLinks = ({ clientUri, policyUri, tosUri }: Metadata): Html => {
  const links = [
    ...link('About the application', clientUri),
    ...link('Privacy policy', policyUri),
    ...link('Terms of service', tosUri),
  ];
  return html`${links.length > 0 && html`<ul class="links" aria-label="The application's own pages">${links}</ul>`}`;
};

/** Where the person will be sent: the host, or the scheme of a native application. */
export const destination = ({ flow }: PendingRequest): string => {
  const { host, protocol } = new URL(flow.request.redirectUri);
  return host || protocol;
};
