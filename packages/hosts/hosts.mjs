/**
 * THE LIST of hosts: a folder each. `scripts` are bundled and `files` copied (folders with all that is in them), each under
 * the name that the host wants. `widget` is where the widget goes, if it goes along: its languages, and `tessera.js` unless
 * `bundles` names others; `hashes` is a file for the integrity hashes of the scripts, in the widget's folder.
 */
export const HOSTS = {
  /** An app of Zendesk Support: what `zcli apps:package` takes. */
  zendesk: {
    scripts: { 'app.ts': 'assets/app.js' },
    files: { 'manifest.json': 'manifest.json', 'iframe.html': 'assets/iframe.html', translations: 'translations' },
    widget: 'assets',
  },
  /** A page that Front shows in its sidebar. */
  front: { scripts: { 'app.ts': 'app.js' }, files: { 'index.html': 'index.html' }, widget: '.' },
  /** A page that Chatwoot shows as a dashboard app. */
  chatwoot: { scripts: { 'app.ts': 'app.js' }, files: { 'index.html': 'index.html' }, widget: '.' },
  /** A project for `hs project upload`, and the shop's end of it. */
  hubspot: {
    scripts: { 'modal/app.ts': 'modal/app.js' },
    files: {
      'hsproject.json': 'hsproject.json',
      src: 'src',
      'modal/index.html': 'modal/index.html',
      'backend.mjs': 'backend.mjs',
    },
  },
  /** A project for `sf project deploy start`. */
  salesforce: { files: { 'sfdx-project.json': 'sfdx-project.json', 'force-app': 'force-app' } },
  /** A plugin, ready to be zipped and installed. */
  wordpress: {
    scripts: { 'app.ts': 'tessera/assets/connect.js' },
    files: {
      'tessera.php': 'tessera/tessera.php',
      'uninstall.php': 'tessera/uninstall.php',
      includes: 'tessera/includes',
      blocks: 'tessera/blocks',
      'editor.js': 'tessera/assets/editor.js',
    },
    widget: 'tessera/assets',
    bundles: ['tessera.js', 'tessera-storefront.js'],
    hashes: 'tessera/assets/integrity.json',
  },
  /** A theme app extension: a folder under `extensions` of a Shopify app. */
  shopify: {
    scripts: { 'app.ts': 'assets/tessera-connect.js' },
    files: {
      'shopify.extension.toml': 'shopify.extension.toml',
      blocks: 'blocks',
      snippets: 'snippets',
      locales: 'locales',
    },
    widget: 'assets',
    bundles: ['tessera-storefront.js'],
  },
  /** A plugin of a Vendure shop, in its sources: the shop's own build compiles it. */
  vendure: { files: { '.': '.' }, widget: 'dashboard' },
  /** The page that the server shows at `/embed/customer`, and the host's end of its protocol. */
  embed: {
    scripts: { 'app.ts': 'app.js', 'host.ts': 'host.js' },
    files: { 'customer.html': 'customer.html', 'embed.css': 'embed.css' },
    widget: '.',
  },
};
