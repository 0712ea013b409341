import { mount } from 'svelte';
import App from './App.svelte';
import { openChannel } from './channel.ts';
import './look/tokens.css';
import './look/base.css';
import './look/tables.css';
import { createDesk } from './state/desk.ts';

const target = document.getElementById('window');
if (target !== null) mount(App, { target, props: { desk: createDesk(openChannel) } });
