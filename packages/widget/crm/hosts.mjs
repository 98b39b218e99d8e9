/**
 * THE LIST of hosts: a folder each, with its program `app.ts` where it has one, the files and folders that the host wants
 * beside it, and where the widget goes: its languages, and `tessera.js` unless `bundles` names others. `hashes` is a file for
 * the integrity hashes of the scripts, in the widget's folder.
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
  /** A plugin, ready to be zipped and installed. */
  wordpress: {
    program: 'tessera/assets/connect.js',
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
    program: 'assets/tessera-connect.js',
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
};
