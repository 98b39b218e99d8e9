// The blocks as the editor shows them: what a shopper sees depends on the shopper, so there is a placeholder.
(({ blocks, blockEditor, components, element, i18n }) => {
  const { createElement: h, Fragment } = element;
  const { __ } = i18n;
  const SIZES = [
    { value: '', label: __('Normal', 'tessera') },
    { value: 'compact', label: __('Compact', 'tessera') },
    { value: 'inline', label: __('Inline', 'tessera') },
  ];

  function register(name, title, icon, controls) {
    blocks.registerBlockType(name, {
      edit({ attributes, setAttributes }) {
        const size = h(components.SelectControl, {
          key: 'size',
          label: __('Size', 'tessera'),
          value: attributes.size,
          options: SIZES,
          onChange: (value) => setAttributes({ size: value }),
        });
        const panel = h(components.PanelBody, {}, ...controls(attributes, setAttributes), size);
        const placeholder = h(components.Placeholder, {
          icon,
          label: title,
          instructions: __('Shown to shoppers who are signed in; guests see nothing here.', 'tessera'),
        });
        return h(
          Fragment,
          {},
          h(blockEditor.InspectorControls, {}, panel),
          h('div', blockEditor.useBlockProps(), placeholder),
        );
      },
      save: () => null,
    });
  }

  register('tessera/badge', __('Customer status', 'tessera'), 'awards', () => []);
  register('tessera/recommendations', __('Recommendations', 'tessera'), 'products', (attributes, setAttributes) => [
    h(components.RangeControl, {
      key: 'count',
      label: __('Products', 'tessera'),
      value: attributes.count,
      min: 1,
      max: 20,
      onChange: (value) => setAttributes({ count: value }),
    }),
  ]);
})(window.wp);
