/** What one query asks of kube-state-metrics: several of its families at once, told apart by `__name__`. */
export interface KubeFamilies {
  /** Families of which every object of this kind has a series, in every release 2.x: one that is missing is missed. */
  readonly always: readonly string[];
  /** Others: of objects that have such a thing, or of newer releases. */
  readonly more?: readonly string[];
  readonly labels: readonly string[];
  /** Families that have a series for each possible state: only the one that is so (1) is asked for. */
  readonly states?: true;
}

const POD = ['namespace', 'pod', 'uid'] as const;

/**
 * Labels by which pods are commonly selected, by what kube-state-metrics and the exporter make of their names. From
 * others no name could be told back.
 */
export const SELECTOR_LABELS = {
  label_app: 'app',
  label_k8s_app: 'k8s-app',
  label_app_kubernetes_io_name: 'app.kubernetes.io/name',
  label_app_kubernetes_io_instance: 'app.kubernetes.io/instance',
  label_app_kubernetes_io_component: 'app.kubernetes.io/component',
} as const;

/**
 * The families by kind of object, after the documentation of kube-state-metrics (docs/metrics in its repository). All are
 * gauges but the restarts, whose latest value is what is wanted.
 */
export const KUBE_FAMILIES = {
  kubePods: {
    always: ['kube_pod_info', 'kube_pod_created'],
    labels: [
      ...POD,
      'node',
      'pod_ip',
      'host_ip',
      'host_network',
      'created_by_kind',
      'created_by_name',
      'priority_class',
    ],
  },
  kubePodStates: {
    always: ['kube_pod_status_phase'],
    more: ['kube_pod_status_reason', 'kube_pod_container_status_waiting_reason'],
    labels: [...POD, 'phase', 'reason'],
    states: true,
  },
  kubePodContainers: {
    always: ['kube_pod_container_info'],
    more: ['kube_pod_container_status_ready', 'kube_pod_container_status_restarts_total'],
    labels: [...POD, 'container', 'container_id', 'image'],
  },
  kubePodLabels: {
    always: [],
    more: ['kube_pod_labels'],
    labels: [...POD, ...Object.keys(SELECTOR_LABELS)],
  },
  kubeReplicaSets: {
    always: ['kube_replicaset_owner'],
    labels: ['namespace', 'replicaset', 'owner_kind', 'owner_name'],
  },
  kubeJobOwners: {
    always: ['kube_job_owner'],
    labels: ['namespace', 'job_name', 'owner_kind', 'owner_name'],
  },
  kubeDeployments: {
    always: [
      'kube_deployment_created',
      'kube_deployment_spec_replicas',
      'kube_deployment_status_replicas_available',
    ],
    more: [
      'kube_deployment_status_replicas_ready',
      'kube_deployment_status_replicas_updated',
      'kube_deployment_spec_paused',
      'kube_deployment_spec_strategy_rollingupdate_max_surge',
      'kube_deployment_spec_strategy_rollingupdate_max_unavailable',
    ],
    labels: ['namespace', 'deployment'],
  },
  kubeDaemonSets: {
    always: [
      'kube_daemonset_created',
      'kube_daemonset_status_desired_number_scheduled',
      'kube_daemonset_status_number_ready',
    ],
    more: [
      'kube_daemonset_status_number_available',
      'kube_daemonset_status_updated_number_scheduled',
      'kube_daemonset_status_number_misscheduled',
    ],
    labels: ['namespace', 'daemonset'],
  },
  kubeStatefulSets: {
    always: [
      'kube_statefulset_created',
      'kube_statefulset_replicas',
      'kube_statefulset_status_replicas_ready',
    ],
    more: ['kube_statefulset_status_replicas_available', 'kube_statefulset_status_replicas_updated'],
    labels: ['namespace', 'statefulset'],
  },
  kubeJobs: {
    always: ['kube_job_created'],
    more: [
      'kube_job_spec_completions',
      'kube_job_spec_parallelism',
      'kube_job_status_active',
      'kube_job_status_succeeded',
      'kube_job_status_failed',
      'kube_job_status_start_time',
      'kube_job_status_completion_time',
    ],
    labels: ['namespace', 'job_name', 'reason'],
  },
  kubeJobStates: {
    always: [],
    more: ['kube_job_complete', 'kube_job_failed'],
    labels: ['namespace', 'job_name', 'condition'],
    states: true,
  },
  kubeCronJobs: {
    always: ['kube_cronjob_created', 'kube_cronjob_info'],
    more: [
      'kube_cronjob_spec_suspend',
      'kube_cronjob_status_active',
      'kube_cronjob_status_last_schedule_time',
      'kube_cronjob_status_last_successful_time',
      'kube_cronjob_next_schedule_time',
    ],
    labels: ['namespace', 'cronjob', 'schedule', 'timezone', 'concurrency_policy'],
  },
  kubeServices: {
    always: ['kube_service_info', 'kube_service_created', 'kube_service_spec_type'],
    more: [
      'kube_service_ports',
      'kube_service_spec_external_ip',
      'kube_service_status_load_balancer_ingress',
    ],
    labels: [
      'namespace',
      'service',
      'cluster_ip',
      'external_name',
      'type',
      'external_ip',
      'ip',
      'hostname',
      'port_name',
      'port_protocol',
      'port_number',
      'port_target',
      'port_node_number',
    ],
  },
  kubeEndpoints: {
    always: [],
    more: [
      'kube_endpoint_address',
      'kube_endpoint_ports',
      'kube_endpointslice_endpoints',
      'kube_endpointslice_ports',
      'kube_endpointslice_labels',
    ],
    labels: [
      'namespace',
      'endpoint',
      'ip',
      'ready',
      'endpointslice',
      'address',
      'targetref_kind',
      'targetref_name',
      'targetref_namespace',
      'port_name',
      'port_protocol',
      'port_number',
      'label_kubernetes_io_service_name',
    ],
  },
  kubeNamespaces: { always: ['kube_namespace_created'], labels: ['namespace'] },
  kubeNamespaceStates: {
    always: ['kube_namespace_status_phase'],
    labels: ['namespace', 'phase'],
    states: true,
  },
  kubeClaims: {
    always: ['kube_persistentvolumeclaim_info'],
    more: [
      'kube_persistentvolumeclaim_created',
      'kube_persistentvolumeclaim_resource_requests_storage_bytes',
      'kube_persistentvolumeclaim_access_mode',
    ],
    labels: ['namespace', 'persistentvolumeclaim', 'storageclass', 'volumename', 'volumemode', 'access_mode'],
  },
  kubeClaimStates: {
    always: ['kube_persistentvolumeclaim_status_phase'],
    labels: ['namespace', 'persistentvolumeclaim', 'phase'],
    states: true,
  },
  kubeClaimMounts: {
    always: ['kube_pod_spec_volumes_persistentvolumeclaims_info'],
    labels: [...POD, 'volume', 'persistentvolumeclaim'],
  },
  kubeVolumes: {
    always: ['kube_persistentvolume_info', 'kube_persistentvolume_capacity_bytes'],
    more: ['kube_persistentvolume_created', 'kube_persistentvolume_claim_ref'],
    labels: [
      'persistentvolume',
      'storageclass',
      'reclaim_policy',
      'csi_driver',
      'nfs_server',
      'nfs_path',
      'host_path',
      'local_path',
      'claim_namespace',
      'name',
    ],
  },
  kubeVolumeStates: {
    always: ['kube_persistentvolume_status_phase'],
    labels: ['persistentvolume', 'phase'],
    states: true,
  },
  kubeStorageClasses: {
    always: ['kube_storageclass_info', 'kube_storageclass_created'],
    labels: ['storageclass', 'provisioner', 'reclaim_policy', 'volume_binding_mode'],
  },
  kubeNodes: {
    always: ['kube_node_info', 'kube_node_created', 'kube_node_spec_unschedulable'],
    more: ['kube_node_role', 'kube_node_status_capacity'],
    labels: [
      'node',
      'kernel_version',
      'os_image',
      'container_runtime_version',
      'kubelet_version',
      'pod_cidr',
      'internal_ip',
      'role',
      'resource',
    ],
  },
  kubeNodeStates: {
    always: ['kube_node_status_condition'],
    labels: ['node', 'condition', 'status'],
    states: true,
  },
} as const satisfies Record<string, KubeFamilies>;
