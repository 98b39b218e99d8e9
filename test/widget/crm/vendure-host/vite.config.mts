import path from 'node:path';
import { vendureDashboardPlugin } from '@vendure/dashboard/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/dashboard/',
  build: { outDir: 'built-dashboard', minify: false, sourcemap: false, reportCompressedSize: false },
  plugins: [
    vendureDashboardPlugin({
      vendureConfigPath: path.join(import.meta.dirname, 'vendure-config.ts'),
      useExperimentalBundle: true,
      // The page asks the server that it comes from.
      api: { host: 'auto', port: 'auto' },
    }),
  ],
});
