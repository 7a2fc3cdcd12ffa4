import { lazy } from 'react';
import type { DockTab } from '../app-context';

/** The dock's tabs, in their order. Nothing of a tab loads before it is shown. */
export const DOCK_TABS: readonly DockTab[] = [
  {
    id: 'metrics',
    label: 'Metrics',
    component: lazy(() => import('./metrics-tab').then((module) => ({ default: module.MetricsTab }))),
  },
  {
    id: 'totals',
    label: 'Totals',
    component: lazy(() => import('./totals-tab').then((module) => ({ default: module.TotalsTab }))),
  },
  {
    id: 'traces',
    label: 'Traces',
    component: lazy(() => import('./traces-tab').then((module) => ({ default: module.TracesTab }))),
  },
  {
    id: 'log',
    label: 'Access log',
    component: lazy(() => import('./log-tab').then((module) => ({ default: module.LogTab }))),
  },
  {
    id: 'proxy',
    label: 'Proxy config',
    component: lazy(() => import('./proxy-tab').then((module) => ({ default: module.ProxyTab }))),
  },
  {
    id: 'events',
    label: 'Events',
    component: lazy(() => import('./events-tab').then((module) => ({ default: module.EventsTab }))),
  },
];
