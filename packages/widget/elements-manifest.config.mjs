/** What a page may use of an element stands in its doc comment; its inner life is nobody's contract. */
const PUBLIC_MEMBERS = ['tokenProvider', 'state', 'refresh'];

export default {
  globs: ['src/**/*.ts'],
  exclude: ['src/**/*.generated.ts', 'src/**/*.sample.ts'],
  packagejson: false,
  litelement: true,
  plugins: [
    {
      name: 'elements-only',
      packageLinkPhase({ customElementsManifest }) {
        const elements = customElementsManifest.modules.flatMap(({ path, declarations = [] }) =>
          declarations.filter(({ tagName }) => tagName).map((declaration) => ({ path, declaration })),
        );
        customElementsManifest.modules = elements.map(({ path, declaration }) => {
          const { attributes = [], members = [], events = [] } = declaration;
          declaration.attributes = attributes.filter(({ description }) => description);
          const fields = declaration.attributes.map(({ fieldName }) => fieldName);
          declaration.members = members
            .filter(({ name, privacy }) => privacy !== 'private' && [...PUBLIC_MEMBERS, ...fields].includes(name))
            .map(({ inheritedFrom, ...member }) => member);
          declaration.events = events.filter(({ name }) => name.startsWith('tessera-'));
          delete declaration.superclass;
          return {
            kind: 'javascript-module',
            path: 'index.js',
            source: path,
            declarations: [declaration],
            exports: [
              { kind: 'js', name: declaration.name, declaration: { name: declaration.name, module: 'index.js' } },
              {
                kind: 'custom-element-definition',
                name: declaration.tagName,
                declaration: { name: declaration.name, module: 'index.js' },
              },
            ],
          };
        });
      },
    },
  ],
};
