/**
 * THE LIST of hosts: a folder each, with its program `app.ts`, where it has one, and the files that the host wants beside
 * it.
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
  /** A plugin of a Vendure shop, in its sources: the shop's own build compiles it. */
  vendure: {
    files: sources(
      'tessera.plugin.ts',
      'options.ts',
      'admin-api.ts',
      'agent-token.ts',
      'feed.ts',
      'shop-rows.ts',
      'dashboard/index.tsx',
      'dashboard/customer-card.tsx',
    ),
    widget: 'dashboard',
  },
};

/** Files that go under the names that they have. */
function sources(...files) {
  return Object.fromEntries(files.map((file) => [file, file]));
}
