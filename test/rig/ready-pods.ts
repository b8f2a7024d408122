import { type Api, mustRequest } from './api.ts';

export type PodView = {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly address: string;
  readonly annotations: Readonly<Record<string, string>>;
};

export type PodSelection = {
  readonly namespace: string;
  /** A label selector, such as `app=shop`. */
  readonly selector: string;
};

type PodList = {
  readonly items: readonly {
    readonly metadata: {
      readonly namespace: string;
      readonly name: string;
      readonly uid: string;
      readonly annotations?: Readonly<Record<string, string>>;
      readonly deletionTimestamp?: string;
    };
    readonly status: {
      readonly podIP?: string;
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    };
  }[];
};

/** The pods that a Service would send requests to. */
export async function readyPods(
  api: Api,
  { namespace, selector }: PodSelection,
): Promise<readonly PodView[]> {
  // resourceVersion 0: from the API server's memory, without asking etcd.
  const query = `labelSelector=${encodeURIComponent(selector)}&resourceVersion=0`;
  const list = (await mustRequest(api, 'GET', `/api/v1/namespaces/${namespace}/pods?${query}`)) as PodList;
  return list.items.flatMap(({ metadata, status }) => {
    const isReady = status.conditions?.some(
      ({ type, status: value }) => type === 'Ready' && value === 'True',
    );
    if (!isReady || status.podIP === undefined || metadata.deletionTimestamp !== undefined) return [];
    const { name, uid, annotations = {} } = metadata;
    return [{ namespace: metadata.namespace, name, uid, address: status.podIP, annotations }];
  });
}
