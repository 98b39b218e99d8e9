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
  /** A project for `hs project upload`, and the shop's end of it. */
  hubspot: {
    scripts: { 'modal/app.ts': 'modal/app.js' },
    files: Object.fromEntries(
      [
        'hsproject.json',
        'src/app/app-hsmeta.json',
        'src/app/cards/customer-card-hsmeta.json',
        'src/app/cards/CustomerCard.jsx',
        'src/app/cards/package.json',
        'modal/index.html',
        'backend.mjs',
      ].map((file) => [file, file]),
    ),
  },
  /** A project for `sf project deploy start`. */
  salesforce: {
    files: Object.fromEntries(
      [
        'sfdx-project.json',
        ...['html', 'css', 'js', 'js-meta.xml'].map(
          (kind) => `force-app/main/default/lwc/tesseraCustomerCard/tesseraCustomerCard.${kind}`,
        ),
        ...['cls', 'cls-meta.xml'].map((kind) => `force-app/main/default/classes/TesseraToken.${kind}`),
        'force-app/main/default/cspTrustedSites/Tessera.cspTrustedSite-meta.xml',
      ].map((file) => [file, file]),
    ),
  },
  /** The page that the server shows at `/embed/customer`, and the host's end of its protocol. */
  embed: {
    scripts: { 'app.ts': 'app.js', 'host.ts': 'host.js' },
    files: { 'customer.html': 'customer.html', 'embed.css': 'embed.css' },
    widget: '.',
  },
};
