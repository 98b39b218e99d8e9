import '@tessera/widget/define';
import { mount } from 'svelte';
import CustomerPage from './CustomerPage.svelte';

mount(CustomerPage, { target: document.getElementById('app')! });
