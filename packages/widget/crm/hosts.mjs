/** THE LIST of hosts: a folder each, with its program `app.ts` and the files that the host wants beside it. */
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
};
