import '@tessera/widget/define';
import { createApp } from 'vue';
import CustomerPage from './CustomerPage.vue';

createApp(CustomerPage).mount('#app');
