export { Proxies, type ProxiesState } from './proxies';
