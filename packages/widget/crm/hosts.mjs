/**
 * THE LIST of hosts: a folder each, with its program `app.ts` or several `scripts`, the files that the host wants beside
 * it, and where the widget goes, if it goes along at all.
 */
export const HOSTS = {
  /** An app of Zendesk Support: what `zcli apps:package` takes. */
  zendesk: {
    program: 'assets/app.js',
    files: {
      'manifest.json': 'manifest.json',
      'iframe.html': 'assets/iframe.html',
      'translations/en.json': 'translations/en.json',
    },
    widget: 'assets',
  },
  /** A page that Front shows in its sidebar. */
  front: { program: 'app.js', files: { 'index.html': 'index.html' }, widget: '.' },
  /** A page that Chatwoot shows as a dashboard app. */
  chatwoot: { program: 'app.js', files: { 'index.html': 'index.html' }, widget: '.' },
  /** The page that the server shows at `/embed/customer`, and the host's end of its protocol. */
  embed: {
    scripts: { 'app.ts': 'app.js', 'host.ts': 'host.js' },
    files: { 'customer.html': 'customer.html', 'embed.css': 'embed.css' },
    widget: '.',
  },
};
