import { svelte } from '@sveltejs/vite-plugin-svelte';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    // Vue takes every tag that it does not know for a component of its own.
    vue({ template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('tessera-') } } }),
    svelte(),
  ],
  build: { rolldownOptions: { input: ['react.html', 'vue.html', 'svelte.html'] } },
});
