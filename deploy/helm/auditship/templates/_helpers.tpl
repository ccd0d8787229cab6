{{- define "auditship.name" -}}
{{- .Release.Name | contains "auditship" | ternary .Release.Name (printf "%s-auditship" .Release.Name) }}
{{- end }}

{{- define "auditship.selector" -}}
app.kubernetes.io/name: auditship
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "auditship.labels" -}}
{{ include "auditship.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* The log's folder on the host, and at the same path in the container. kubeadm: of both common paths the common part. */}}
{{- define "auditship.logFolder" -}}
{{- $folders := dict "k3s" "/var/lib/rancher/k3s/server/logs" "rke2" "/var/lib/rancher/rke2/server/logs" "rke" "/var/log/kube-audit" "kubeadm" "/var/log/kubernetes" -}}
{{- .Values.logFolder | default (get $folders .Values.provider) | default "/var/log/kube-audit" }}
{{- end }}

{{- define "auditship.secret" -}}
{{- .Values.credentials.existingSecret | default (printf "%s-credentials" (include "auditship.name" .)) }}
{{- end }}

{{/* The configuration: what the values leave out is filled in. */}}
{{- define "auditship.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- $place := dict -}}
{{- with .Values.provider }}{{ $_ := set $place "provider" . }}{{ end -}}
{{- with .Values.logFolder }}{{ $_ := set $place "pathPrefix" . }}{{ end -}}
{{- $receivers := $config.receivers | default (dict "auditLog" (dict)) -}}
{{- if hasKey $receivers "auditLog" -}}
{{- $_ := set $receivers "auditLog" (merge (deepCopy ($receivers.auditLog | default (dict))) $place) -}}
{{- end -}}
{{- $_ := set $config "receivers" $receivers -}}
{{- if not $config.exporters -}}
{{- $_ := set $config "exporters" (dict "otlp" (dict "endpoint" "http://otel-collector.monitoring:4318")) -}}
{{- end -}}
{{- toYaml $config }}
{{- end }}
