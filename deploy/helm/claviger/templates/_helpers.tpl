{{- define "claviger.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "claviger.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "claviger.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "claviger.selectorLabels" . }}
{{- end -}}

{{- define "claviger.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}

{{- define "claviger.adminHosts" -}}
{{- $service := printf "%s-admin" (include "claviger.fullname" .) -}}
{{- $inNamespace := printf "%s.%s" $service .Release.Namespace -}}
{{- $names := list $service $inNamespace (printf "%s.svc" $inNamespace) (printf "%s.svc.cluster.local" $inNamespace) -}}
{{- concat $names .Values.adminAllowedHosts | join "," -}}
{{- end -}}

{{- /* Values in `settings` replace those of the chart. Each name appears once, because server-side apply refuses duplicates. */ -}}
{{- define "claviger.env" -}}
{{- $env := dict
  "CLAVIGER_ISSUER" (required "Set issuer to the public URL of the server, such as https://id.example.com" .Values.issuer)
  "CLAVIGER_ADMIN_HOST" "0.0.0.0"
  "CLAVIGER_ADMIN_ALLOWED_HOSTS" (include "claviger.adminHosts" .)
  "CLAVIGER_WORKERS" .Values.workers
-}}
{{- if .Values.trustedProxies -}}
{{- $_ := set $env "CLAVIGER_TRUSTED_PROXIES" (join "," .Values.trustedProxies) -}}
{{- end -}}
{{- if .Values.tlsSecretName -}}
{{- $_ := set $env "CLAVIGER_PUBLIC_TLS_CERT_FILE" "/run/claviger/tls/tls.crt" -}}
{{- $_ := set $env "CLAVIGER_PUBLIC_TLS_KEY_FILE" "/run/claviger/tls/tls.key" -}}
{{- end -}}
{{- range $name, $value := mergeOverwrite $env .Values.settings }}
- name: {{ $name }}
  {{- /* A number from a file of values is a float, and would be written as 1e+06. */}}
  value: {{ ternary (int64 $value | toString) (toString $value) (kindIs "float64" $value) | quote }}
{{- end }}
{{- end -}}

{{- define "claviger.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "claviger.securityContext" -}}
readOnlyRootFilesystem: true
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
{{- end -}}

{{- define "claviger.volumeMounts" -}}
- name: data
  mountPath: /data
{{- if .Values.tlsSecretName }}
- name: tls
  mountPath: /run/claviger/tls
  readOnly: true
{{- end }}
{{- end -}}

{{- define "claviger.volumes" -}}
- name: data
  emptyDir: {}
{{- if .Values.tlsSecretName }}
- name: tls
  secret:
    secretName: {{ .Values.tlsSecretName }}
{{- end }}
{{- end -}}
