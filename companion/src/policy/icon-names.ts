/** The icons that every Grafana from 11 to 13 has (`availableIconsIndex` of @grafana/data). */
export const ICON_NAMES: ReadonlySet<string> = new Set(
  `
  add-user adjust-circle ai align-left align-right amazon anchor angle-double-down angle-double-left
  angle-double-right angle-double-up angle-down angle-left angle-right angle-up api-endpoint
  application-observability apps archive-alt arrow arrow-down arrow-from-right arrow-left arrow-random arrow-right
  arrow-to-right arrow-up arrows-h arrows-v asserts at attach backward bars bell bell-slash bolt book book-open
  bookmark brackets-curly browser-alt bug building calculator-alt calendar-alt calendar-slash camera capture
  channel-add chart-line check check-circle check-square circle circle-mono clipboard-alt clock-nine cloud
  cloud-download cloud-upload code-branch cog columns comment-alt comment-alt-message comment-alt-share
  comments-alt compass compress-arrows copy corner-down-right-alt create-dashboard credit-card crosshair cube
  dashboard database dice-three discord docker document-info document-layout-left download-alt draggabledots
  drilldown edit ellipsis-h ellipsis-v enter envelope exchange-alt exclamation exclamation-circle
  exclamation-triangle expand-arrows expand-arrows-alt external-link-alt eye eye-slash favorite file-alt
  file-blank file-copy-alt file-download file-edit-alt file-landscape-alt filter fire flip folder folder-open
  folder-plus folder-upload font forward frontend-observability gf-bar-alignment-after gf-bar-alignment-before
  gf-bar-alignment-center gf-glue gf-grid gf-interpolation-linear gf-interpolation-smooth
  gf-interpolation-step-after gf-interpolation-step-before gf-landscape gf-layout-simple gf-logs gf-ml
  gf-movepane-left gf-movepane-right gf-pin gf-portrait gf-prometheus gf-service-account gf-show-context gf-traces
  github gitlab globe google google-hangouts-alt grafana graph-bar heart heart-break heart-rate hipchat history
  history-alt home home-alt horizontal-align-center horizontal-align-left horizontal-align-right hourglass import
  info info-circle k6 k6-rounded key-skeleton-alt keyboard kubernetes layer-group layers-alt legend-hide
  legend-show library-panel line line-alt link link-broken list-ol list-ui-alt list-ul lock map-marker
  map-marker-minus map-marker-plus message microsoft minus minus-circle mobile-android monitor multi-step okta
  pagerduty palette panel-add paragraph pathfinder-unite pause pause-circle pen percentage play plug plus
  plus-circle plus-square power presentation-play process question-circle record-audio repeat rocket rss
  ruler-combined save search search-minus search-plus share-alt shield shield-exclamation signal signin signout
  sitemap slack sliders-v-alt sort-amount-down sort-amount-up spinner square-shape star step-backward stopwatch
  stopwatch-slash sync sync-slash table table-collapse-all table-expand-all tag-alt telegram-alt text-fields
  thumbs-up times times-circle toggle-off toggle-on trash-alt unarchive unlock upload user user-arrows users-alt
  vertical-align-bottom vertical-align-center vertical-align-top web-section-alt wrap-text wrench x
  `
    .trim()
    .split(/\s+/),
);
