import { mount } from 'svelte';
import 'virtual:tokens.css';
import './styles/fonts.css';
import './styles/base.css';
import './styles/controls.css';
import App from './App.svelte';
import { connect } from './host';
import { Session } from './state/session.svelte';

const target = document.getElementById('app');
if (target) {
  const session = new Session(await connect());
  mount(App, { target, props: { session } });
  void session.start();
}
