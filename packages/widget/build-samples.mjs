import path from 'node:path';
import { writeWhenOther } from './build-operations.mjs';

/**
 * Keeps `demo/samples.generated.ts`, what the gallery and the tests show: the sample of every element that asks something.
 * @param topics the topic of each by the name of its folder
 */
export function writeSamples(packageFolder, topics) {
  const elements = Object.keys(topics).map((name) => ({
    name,
    constant: name.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase()),
  }));
  const lines = [
    '// Written by the build from src/elements/*/*.sample.ts.',
    ...elements.map(
      ({ name, constant }) => `import { sample as ${constant} } from '../src/elements/${name}/${name}.sample.js';`,
    ),
    "import type { ElementSample } from '../src/element-sample.js';",
    '',
    '/** Each element by the name of its folder, with the topic under which it asks. */',
    'export const SAMPLES: readonly { name: string; topic: string; sample: ElementSample }[] = [',
    ...elements.map(({ name, constant }) => `  { name: '${name}', topic: '${topics[name]}', sample: ${constant} },`),
    '];',
  ];
  writeWhenOther(path.join(packageFolder, 'demo/samples.generated.ts'), `${lines.join('\n')}\n`);
}
