import path from 'node:path';
import { vendureDashboardPlugin } from '@vendure/dashboard/vite';
import { defineConfig } from 'vite';

/*
 * The dashboard as Vendure has bundled it, with the plugin's page block bundled to it: a third of the work of compiling it
 * from its sources. What is left out below is in Vendure's bundle already.
 */
export default defineConfig({
  base: '/dashboard/',
  build: {
    outDir: 'built-dashboard',
    emptyOutDir: true,
    // By this folder in its own address the bundled dashboard finds out what it is served under.
    assetsDir: 'dist/bundle',
    target: 'esnext',
    minify: false,
    cssMinify: false,
    reportCompressedSize: false,
    rollupOptions: { treeshake: false },
  },
  plugins: [
    vendureDashboardPlugin({
      vendureConfigPath: path.join(import.meta.dirname, 'vendure-config.ts'),
      useExperimentalBundle: true,
      disablePlugins: { tanstackRouter: true, linguiBabel: true, lingui: true },
      // The page asks the server that it comes from.
      api: { host: 'auto', port: 'auto' },
    }),
  ],
});
