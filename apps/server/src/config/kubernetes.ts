// Kubernetes puts the addresses of Services into the environment of every pod ("service links"). Those of a Service named
// `claviger` or `claviger-…` look like settings.

const linkName =
  /^CLAVIGER_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;
const linkUrl = /^(tcp|udp|sctp):\/\//;
const linkValue = /^((tcp|udp|sctp)(:\/\/.+)?|\d{1,5}|[\d.]+|[\da-f:]+)$/i;

/** True if name and value are those of a Kubernetes service link, so the variable is not a setting. */
export const isServiceLink = (name: string, text = ''): boolean => linkName.test(name) && linkValue.test(text);

/** '' unless a service link has the name of a setting, such as `CLAVIGER_PUBLIC_PORT` for a Service `claviger-public`. */
export const serviceLinkHint = (name: string, text: string): string => {
  if (!linkUrl.test(text) || !name.endsWith('_PORT')) return '';
  const service = name.slice(0, -'_PORT'.length).toLowerCase().replaceAll('_', '-');
  return ` Kubernetes sets this variable for a Service named ${service}: set "enableServiceLinks: false" in the pod, or set the variable yourself.`;
};
