"""The defects that `server.py` can have, one at a time.

Each line names a defect, what it does, and the statement that it violates: `P x` is parameter x on the model's page,
`W n` is section n of the wire facts, `E` the classes of error codes.
"""

from __future__ import annotations

from collections.abc import Iterator

TABLE = """
# numbers
width-negative-accepted | negative multiples of 16 are accepted | P width min 16
width-zero-accepted | 0 is accepted | P width min 16
width-step-unchecked-above-2048 | the step binds up to 2048 only | P width step 16
width-maximum-exclusive | 3840 is refused | P width max 3840
width-wraps-at-16-bits | only the low 16 bits are checked and used | P width max 3840
width-step-64 | multiples of 16 that are none of 64 are refused | P width step 16
width-maximum-4096 | up to 4096 is accepted | P width max 3840
width-negative-as-positive | the sign is dropped | P width min 16
height-clamped-to-maximum | more than 3840 is made 3840 | P height max 3840
height-raised-to-minimum | less than 16 is made 16 | P height min 16
height-step-8 | multiples of 8 are accepted | P height step 16
height-rounded-to-step | off the step is rounded down | P height step 16
height-wraps-at-32-bits | only the low 32 bits are checked | P height max 3840
height-minimum-256 | 16 to 240 are refused | P height min 16
height-step-32 | odd multiples of 16 above 16 are refused | P height step 16
height-hole-above-2160 | 2176 to 3824 are refused | P height max 3840
quality-wraps-at-8-bits | only the low 8 bits are checked | P outputQuality max 99
quality-100-accepted | 100 is accepted | P outputQuality max 99
quality-minimum-exclusive | 20 is refused | P outputQuality min 20
quality-clamped | any number is moved into 20 to 99 | P outputQuality min 20, max 99
quality-minimum-1 | 1 to 19 are accepted | P outputQuality min 20
quality-steps-of-five | numbers between multiples of 5 are refused | P outputQuality integer
fraction-cut-off | outputQuality 50.5 is taken as 50 | P outputQuality integer
ttl-at-most-a-day | more than 86400 is refused | P ttl has no max
ttl-at-most-a-year | more than 366 days is refused | P ttl has no max
ttl-at-most-31-bits | more than 2147483647 is refused | P ttl has no max
ttl-wraps-at-32-bits | only the low 32 bits are checked | P ttl has no max, min 60
ttl-minimum-exclusive | 60 is refused | P ttl min 60
ttl-minimum-1 | 1 to 59 are accepted | P ttl min 60
ttl-not-positive-means-for-ever | 0 and negative numbers are accepted | P ttl min 60
ttl-whole-minutes-only | numbers between whole minutes are refused | P ttl integer
results-without-maximum | more than 20 is accepted | P numberResults max 20
results-zero-means-default | 0 is accepted as 1 | P numberResults min 1
results-maximum-exclusive | 20 is refused | P numberResults max 20
results-negative-as-positive | the sign is dropped | P numberResults min 1
results-clamped | more than 20 gives 20 | P numberResults max 20
results-wraps-at-8-bits | only the low 8 bits are checked | P numberResults max 20
results-13-refused | 13 is refused | P numberResults 1 to 20
text-as-integer | digits in a text are taken as a number | P width integer
true-as-one | true is taken as 1 | P numberResults integer
flag-text-accepted | "true" is taken as true | P includeCost boolean
flag-number-accepted | 0 and 1 are taken as flags | P includeCost boolean
# text
prompt-trimmed | the minimum is counted without outer spaces | P positivePrompt min 2
prompt-collapsed | runs of spaces count as one | P positivePrompt min 2, max 32000
prompt-max-in-bytes | the maximum is counted in UTF-8 bytes | P positivePrompt max 32000
prompt-max-in-utf16 | the maximum is counted in UTF-16 units | P positivePrompt max 32000
prompt-max-in-graphemes | the maximum is counted in graphemes | P positivePrompt max 32000
prompt-max-in-nfc | the maximum is counted after NFC | P positivePrompt max 32000
prompt-max-in-nfkd | the maximum is counted after NFKD | P positivePrompt max 32000
prompt-min-in-bytes | the minimum is counted in bytes | P positivePrompt min 2
prompt-min-in-utf16 | the minimum is counted in UTF-16 units | P positivePrompt min 2
prompt-min-in-graphemes | the minimum is counted in graphemes | P positivePrompt min 2
prompt-min-in-nfc | the minimum is counted after NFC | P positivePrompt min 2
prompt-min-1 | one character is accepted | P positivePrompt min 2
prompt-min-0 | an empty text is accepted | P positivePrompt min 2
prompt-max-exclusive | 32000 characters are refused | P positivePrompt max 32000
prompt-max-32768 | up to 32768 characters are accepted | P positivePrompt max 32000
prompt-max-4000 | more than 4000 characters are refused | P positivePrompt max 32000
prompt-number-as-text | a number is taken as text | P positivePrompt string
prompt-control-refused | control characters other than line ends are refused | P positivePrompt string
prompt-nul-refused | U+0000 is refused | P positivePrompt string
prompt-line-end-refused | line ends are refused | P positivePrompt string
prompt-astral-refused | characters above U+FFFF are refused | P positivePrompt string
prompt-markup-refused | `<` is refused | P positivePrompt string
prompt-bidi-refused | bidirectional controls are refused | P positivePrompt string
prompt-backslash-refused | a backslash is refused | P positivePrompt string
prompt-blank-refused | a text of spaces is refused | P positivePrompt min 2
prompt-non-ascii-refused | any character beyond ASCII is refused | P positivePrompt string
prompt-byte-order-mark-refused | U+FEFF is refused | P positivePrompt string
prompt-digits-only-refused | a text of digits is refused | P positivePrompt string
prompt-long-word-refused | a word of 1000 characters is refused | P positivePrompt max 32000
uri-relative-accepted | a path alone is accepted | P webhookURL URI
uri-space-accepted | a space is accepted | P webhookURL URI
uri-non-ascii-accepted | characters beyond ASCII are accepted | P webhookURL URI
uri-without-scheme-accepted | `example.com/x` is accepted | P webhookURL URI
uri-bad-percent-accepted | `%zz` is accepted | P webhookURL URI
uri-empty-accepted | an empty text is taken as absent | P webhookURL URI
uri-fragment-refused | `#` is refused | P webhookURL URI
uri-userinfo-refused | `user:pass@` is refused | P webhookURL URI
uri-ipv6-refused | an address in brackets is refused | P webhookURL URI
uri-longer-than-255-refused | a long URI is refused | P uploadEndpoint URI (presigned)
uri-query-refused-with-semicolon | `;` or `,` in the query is refused | P webhookURL URI
uuid-any-version-accepted | other versions than 4 are accepted | P taskUUID UUID v4
uuid-any-variant-accepted | any variant is accepted | P taskUUID UUID v4
uuid-without-hyphens-accepted | 32 digits are accepted | P taskUUID UUID v4
uuid-in-braces-accepted | `{...}` is accepted | P taskUUID UUID v4
uuid-trimmed | outer spaces are dropped | P taskUUID UUID v4
uuid-upper-case-refused | capital digits are refused | P taskUUID UUID v4
reference-base64-refused | bare Base64 is refused | P referenceImages "or Base64"
reference-uuid-refused | a UUID is refused | P referenceImages "UUID"
reference-data-uri-refused | a data URI is refused | P referenceImages "Data URI"
reference-data-uri-webp-refused | a data URI of a WebP is refused | W 5, pattern `image/<subtype>`
reference-http-refused | http without s is refused | P referenceImages "URL"
reference-any-text-accepted | any text is accepted | P referenceImages four forms, W 5
reference-empty-accepted | an empty text is accepted | P referenceImages four forms, W 5
# names
name-seed-accepted | `seed` of siblings is ignored | W 5 closed, W 2 no seed
name-steps-accepted | `steps` of siblings is ignored | W 5 closed
name-negative-prompt-accepted | `negativePrompt` of siblings is ignored | W 5 closed
name-watermark-accepted | `watermark` of another release is ignored | W 5 closed
name-settings-accepted | `settings` of another release is ignored | W 5 closed
name-advanced-features-accepted | `advancedFeatures` of another release is ignored | W 5 closed
name-routing-accepted | `routing` of another release is ignored | W 5 closed
name-prompt-accepted | `prompt` is ignored | W 5 closed
name-seed-image-accepted | `seedImage` is ignored | W 5 closed
name-background-accepted | `background` is ignored | W 5 closed
name-cfg-scale-accepted | `CFGScale` is ignored | W 5 closed
name-resolution-accepted | `resolution` is ignored | W 5 closed
name-empty-accepted | an empty name is ignored | W 5 closed
name-schema-accepted | `$schema` is ignored | W 5 closed
name-proto-accepted | `__proto__` is ignored | W 5 closed
name-top-references-accepted | `referenceImages` at the top is ignored | P inputs "must be nested"
name-top-quality-accepted | `quality` at the top is ignored | P provider settings "must be nested"
name-top-check-content-accepted | `checkContent` at the top is ignored | P safety
name-in-safety-accepted | any name in safety is ignored | W 5 nested objects closed
name-in-inputs-accepted | any name in inputs is ignored | W 5 nested objects closed
name-in-openai-accepted | any name in providerSettings.openai is ignored | W 5 nested objects closed
name-other-provider-accepted | any name in providerSettings is ignored | W 5 nested objects closed, W 4 mismatch
name-setting-one-level-up-accepted | providerSettings.quality is ignored | P provider settings "inside providerSettings.openai"
name-seed-image-in-inputs-accepted | inputs of siblings are ignored | W 5 nested objects closed
name-background-in-openai-accepted | OpenAI settings of siblings are ignored | W 5 nested objects closed
name-safety-mode-accepted | safety.mode is ignored | W 5 nested objects closed
name-x-prefix-accepted | names with `x-` are ignored | W 5 closed
name-underscore-prefix-accepted | names with `_` are ignored | W 5 closed
name-null-accepted | unknown names with null are ignored | W 5 closed
name-false-accepted | unknown names with false are ignored | W 5 closed
name-other-case-accepted | a declared name in other case is ignored | W 5 closed
name-other-case-used | a declared name in other case is used | W 5 closed
name-other-case-in-openai-accepted | `Quality` is ignored | W 5 nested objects closed
name-trimmed | a declared name with spaces is ignored | W 5 closed
name-dotted-accepted | `safety.checkContent` as one name is ignored | W 5 closed
name-snake-case-accepted | `output_format` is ignored | W 5 closed
name-beginning-of-declared-accepted | a beginning of a declared name is ignored | W 5 closed
name-beyond-declared-accepted | a declared name with more letters is ignored | W 5 closed
null-means-absent | null for an optional parameter is ignored | P types
null-required-means-absent-and-default | null for the size is 1024 | P width required integer
object-array-accepted | [] passes for an object | P safety object
object-empty-safety-refused | {} is refused | P safety object, nothing required
object-empty-inputs-refused | {} is refused | P inputs, nothing required
object-empty-settings-refused | {} is refused | P providerSettings, nothing required
object-empty-openai-refused | {} is refused | P providerSettings.openai, nothing required
size-optional | the size may be left out | P width, height required
uuid-optional | taskUUID may be left out | P taskUUID required
model-optional | model may be left out | P model required
kind-optional | taskType may be left out | P taskType required
references-single-text-accepted | a text passes for an array | P referenceImages array of strings
references-null-items-accepted | null items are skipped | P referenceImages array of strings
references-objects-accepted | object items are skipped | P referenceImages array of strings
references-empty-accepted | [] is accepted | P referenceImages min items 1
references-17-accepted | 17 items are accepted | P referenceImages max items 16
references-without-maximum | any number of items is accepted | P referenceImages max items 16
references-16-refused | 16 items are refused | P referenceImages max items 16
references-only-first-checked | only the first item is checked | P referenceImages, W 5
references-repeated-refused | equal items are refused | P referenceImages, no such rule
references-mixed-forms-refused | items of two forms are refused | P referenceImages, no such rule
# sets
set-tiff-accepted | TIFF is taken as JPG | W 5 "not allowed"
set-jpeg-accepted | JPEG is accepted | W 5 outputFormat
set-gif-avif-accepted | GIF and AVIF are taken as JPG | W 5 outputFormat
set-format-any-case | `png` is accepted | W 5 outputFormat
set-type-any-case | `url` is accepted | W 5 outputType
set-base64-alias-accepted | `base64` is taken as URL | W 5 outputType
set-array-of-one-accepted | ["URL"] is accepted | P outputType string
set-delivery-any-case | `ASYNC` is accepted | W 5 deliveryMethod
set-stream-accepted | `stream` of text models is taken as sync | W 5 deliveryMethod
set-quality-any-case | `High` is accepted | W 5 quality
set-quality-hd-accepted | `hd` and `standard` are accepted | W 5 quality
set-quality-ultra-accepted | `ultra`, `xhigh` and `max` are accepted | W 5 quality
set-moderation-any-case | `LOW` is accepted | W 5 moderation
set-moderation-none-accepted | `none` and `off` are accepted | W 5 moderation
set-quality-of-moderation-swapped | moderation takes high and medium | W 5 moderation
set-empty-text-accepted | an empty text means the default | W 5
set-values-trimmed | outer spaces are dropped | W 5
set-prefix-accepted | a beginning of a value is accepted | W 5
set-webp-refused | WEBP is refused | P outputFormat
set-data-uri-refused | dataURI is refused | W 5 outputType
set-quality-medium-refused | medium is refused | W 5 quality
set-quality-auto-refused | auto is refused when written | W 5 quality
set-moderation-low-refused | low is refused | W 5 moderation
set-sync-refused-when-written | sync is refused when written | W 5 deliveryMethod
model-older-accepted | openai:gpt-image@1 is accepted | P model value
model-newer-accepted | openai:gpt-image@2.5 is accepted | P model value
model-any-case-accepted | other case is accepted | P model value
model-any-of-openai-accepted | any model of openai is accepted | P model value
model-without-version-accepted | openai:gpt-image is accepted | P model value
model-trimmed | outer spaces are dropped | P model value
model-by-slug-accepted | openai-gpt-image-2 is accepted | P model value
kind-sibling-accepted | imageUpscale and imageCaption are taken as imageInference | P taskType value
kind-any-case-accepted | other case is accepted | P taskType value
# pairs
width-unchecked-in-async | no maximum in async | P width max 3840
width-step-unchecked-with-references | no step beside references | P width step 16
height-unchecked-beside-maximal-width | no maximum beside width 3840 | P height max 3840
height-unchecked-for-png | no step for PNG | P height step 16
height-maximum-by-width | at most 2048 beside a width above 2048 | P height max 3840
size-optional-with-references | the size may be left out beside inputs | P width required
height-optional-beside-width | the height may be left out beside a width | P height required
prompt-optional-with-references | the prompt may be left out beside inputs | P positivePrompt required
prompt-unchecked-with-references | the prompt is unchecked beside references | P positivePrompt min 2, max 32000
prompt-maximum-unchecked-in-async | no maximum in async | P positivePrompt max 32000
prompt-minimum-unchecked-with-many-results | no bounds beside numberResults above 1 | P positivePrompt min 2
quality-unchecked-for-png | outputQuality is unchecked for PNG | P outputQuality min 20, max 99
quality-unchecked-for-webp | outputQuality is clamped for WEBP | P outputQuality min 20, max 99
quality-refused-for-png | outputQuality is refused for PNG | P outputQuality, no such rule
quality-refused-beside-level | outputQuality is refused beside quality | P outputQuality, no such rule
quality-beside-moderation-refused | quality is refused beside moderation | P provider settings, no such rule
ttl-unchecked-unless-link | ttl is unchecked for base64Data and dataURI | P ttl min 60
ttl-refused-unless-link | ttl is refused for base64Data and dataURI | W 3 "no effect (and no error)"
ttl-unchecked-in-async | ttl has no minimum in async | P ttl min 60
ttl-refused-in-async | ttl is refused in async | P ttl, no such rule
ttl-refused-with-upload | ttl is refused beside uploadEndpoint | P ttl, no such rule
results-one-in-async | more than one is refused in async | P numberResults max 20
results-refused-with-base64 | more than one is refused for base64Data | P numberResults max 20
results-refused-beyond-four-at-high | more than 4 is refused at high | P numberResults max 20
results-unchecked-with-webhook | numberResults is clamped beside webhookURL | P numberResults min 1, max 20
results-refused-with-many-references | more than one is refused beside five references | P numberResults max 20
references-maximum-unchecked-in-async | no maximum in async | P referenceImages max items 16
references-refused-with-low-quality | inputs is refused at low | P referenceImages, no such rule
names-unchecked-in-async | unknown names are ignored in async | W 5 closed
names-unchecked-with-webhook | unknown names are ignored beside webhookURL | W 5 closed
set-format-unchecked-unless-link | outputFormat is unchecked for base64Data and dataURI | W 5 outputFormat
set-type-unchecked-in-async | outputType is unchecked in async | W 5 outputType
uri-unchecked-in-async | webhookURL and uploadEndpoint are unchecked in async | P webhookURL URI
uri-of-upload-unchecked-beside-webhook | uploadEndpoint is unchecked beside webhookURL | P uploadEndpoint URI
safety-beside-settings-refused | safety is refused beside providerSettings | P safety, no such rule
moderation-low-refused-with-check | low is refused beside checkContent | P moderation, no such rule
cost-beside-check-refused | includeCost is refused beside checkContent | P includeCost, no such rule
cost-in-async-refused | includeCost is refused in async | P includeCost, no such rule
webhook-in-async-refused | webhookURL is refused in async | P webhookURL, no such rule
webhook-beside-upload-refused | webhookURL is refused beside uploadEndpoint | P webhookURL, no such rule
upload-refused-unless-link | uploadEndpoint is refused for base64Data and dataURI | P uploadEndpoint, no such rule
webp-portrait-refused | portrait is refused for WEBP | P outputFormat, no such rule
portrait-with-references-refused | portrait is refused beside inputs | P height, no such rule
png-data-uri-refused | PNG is refused for dataURI | P outputFormat, no such rule
png-with-webhook-refused | PNG is refused beside webhookURL | P outputFormat, no such rule
base64-in-async-refused | base64Data is refused in async | P outputType, no such rule
# answers
default-format-png | PNG unless asked otherwise | P outputFormat default JPG
default-quality-75 | quality 75 unless asked otherwise | P outputQuality default 95
default-type-base64 | base64Data unless asked otherwise | P outputType default URL
default-delivery-async | async unless asked otherwise | P deliveryMethod default sync
default-results-2 | two images unless asked otherwise | P numberResults default 1
default-cost-included | the cost unless asked otherwise | P includeCost default false
default-check-on | the flag unless asked otherwise | P checkContent default false
delivery-async-ignored | async answers as sync | P deliveryMethod async
results-one-in-async-silently | one image in async | P numberResults
results-one-more-in-async | one image more in async | P numberResults
results-twenty-gives-nineteen | 19 images for 20 | P numberResults
results-at-most-four-silently | at most 4 images | P numberResults
results-one-for-base64-silently | one image for base64Data | P numberResults
image-ids-repeat | all images of a task have one imageUUID | W 2 different imageUUIDs
image-id-not-v4 | imageUUID is version 1 | W 2 v4
seeds-repeat | all images of a task have one seed | P numberResults different seeds
images-repeat | all images of a task are equal | P numberResults "variations"
image-blank | all images are plain grey | P numberResults "variations"
size-capped-at-2048 | at most 2048 pixels a side | P width, height
size-floor-64 | at least 64 pixels wide | P width
size-swapped-for-portrait | portrait becomes landscape | P width, height
size-rounded-to-64 | the width is rounded down to 64 | P width
size-square-with-references | square beside inputs | P height
size-of-second-result-halved | the second image is narrower | P width
size-wrong-for-webp | a WEBP is one line too tall | P height
size-wrong-in-base64 | base64Data is 16 pixels too wide | P width
size-halved-in-async | half the size in async | P width, height
size-wrong-at-maximum | 3840 gives 3824 | P width max 3840
format-webp-is-png | PNG for WEBP | P outputFormat
format-png-is-jpg-in-base64 | JPG for PNG in base64Data | P outputFormat
format-ignored-in-async | JPG in async | P outputFormat
format-of-later-results-default | the second image is JPG | P outputFormat
format-webp-as-data-uri-is-jpg | JPG for WEBP in dataURI | P outputFormat
quality-ignored | outputQuality does nothing | P outputQuality
quality-ignored-for-webp | outputQuality does nothing for WEBP | P outputQuality
quality-ignored-in-async | outputQuality does nothing in async | P outputQuality
quality-capped-at-90 | more than 90 is 90 | P outputQuality
quality-raised-to-50 | less than 50 is 50 | P outputQuality
quality-reversed | higher is worse | P outputQuality
poll-always-links | polls give links whatever the outputType | W 2
data-uri-is-link-for-webp | a link for WEBP as dataURI | W 2
base64-later-results-links | the second image is a link | W 2
link-extension-fixed | every link ends in .jpg | W 2 link form
link-as-array | imageURL is an array | W 2
link-relative | imageURL is a path | W 2 URI
base64-in-lines | line ends within the Base64 | W 2
base64-url-alphabet | - and _ in the Base64 | W 2, W 5 pattern
base64-without-padding | no = at the end | W 2
base64-with-prefix | base64Data is a data URI | W 2
base64-beside-link | base64Data has a link too | W 2 present when
base64-cut-short | the last third of the bytes is missing | W 2
data-uri-media-type-fixed | every data URI says image/jpeg | P outputFormat, W 2
seed-as-text | the seed is a text | W 2 integer
seed-differs-in-polls | each poll has another seed | W 3 cumulative
cost-as-text | the cost is a text | W 2 number
cost-negative | the cost is negative | W 2 USD
cost-null-unless-asked | cost is null unless asked for | W 2 number
cost-missing-in-polls | no cost in polls | P includeCost
cost-missing-with-base64 | no cost for base64Data | P includeCost
cost-missing-beyond-first | no cost from the second image on | P includeCost
cost-though-false | the cost though includeCost is false | P includeCost
cost-differs-between-polls | each poll has another cost | W 3 cumulative
flag-missing-in-polls | no NSFWContent in polls | W 2
flag-missing-beyond-first | no NSFWContent from the second image on | W 2
flag-always | NSFWContent without the check | W 2
flag-only-if-unsafe | no NSFWContent for a safe image | W 2
flag-as-text | NSFWContent is a text | W 2 boolean
flag-dropped-beside-cost | no NSFWContent beside a cost | W 2
image-fields-null-unless-asked | the other image fields are null | W 2 present when
item-undeclared-field | an item repeats the prompt | W 2 closed
item-number-of-result | an item has an index | W 2 closed
item-without-image-id | no imageUUID | W 2 required
item-kind-wrong-in-polls | taskType is getResponse in polls | W 3
item-id-lower-case | taskUUID comes in lower case | W 2 echo
item-id-upper-case | taskUUID comes in upper case | W 2 echo
ack-per-result | one acknowledgement per image | W 3 one per task
ack-with-image-id | the acknowledgement has an imageUUID | W 3
ack-empty | no acknowledgement | W 3
ack-with-results | the images come at once in async | P deliveryMethod async
ack-kind-wrong | another taskType | W 3
ack-without-task-id | no taskUUID | W 3
ack-other-task-id | another taskUUID | W 3 same
poll-status-missing | no status | W 3
poll-status-word | completed for success | W 3
poll-not-cumulative | each image comes once | W 3 cumulative
poll-never-ends | the last image never comes | W 3
poll-early-success | success without an image at first | W 3 + the result fields
poll-forgets-at-end | a poll after the end is empty | W 3 cumulative
poll-end-conflict | a poll after the end is an error | W 3 cumulative
poll-repeats-first | the first image twice | W 2 different imageUUIDs
poll-other-image-ids | each poll has other imageUUIDs | W 3 cumulative
poll-of-sync-answers | a sync task can be polled | W 3 gives nothing
poll-of-unknown-500 | 500 for an unknown id | W 1
link-works-once | a second download is refused | P ttl
link-second-download-differs | a second download has other pixels | P outputType URL
link-of-later-results-dead | the link of the second image is dead | P outputType URL
link-ends-after-two-seconds | links die after 2 s | P ttl min 60
link-dead-in-async | links of async tasks are dead | P outputType URL
link-dead-with-upload | links are dead beside uploadEndpoint | P outputType URL
link-missing-with-upload | no imageURL beside uploadEndpoint | W 2 present when
link-media-type-fixed | image/jpeg for every download | P outputFormat
ttl-ignored | links outlive the ttl | P ttl
ttl-link-ends-at-once | a link with a ttl is dead | P ttl
ttl-in-milliseconds | the ttl counts milliseconds | P ttl seconds
# delivery
webhook-skipped-in-async | no webhook in async | P webhookURL
webhook-skipped-in-sync | no webhook in sync | P webhookURL
webhook-only-first | only the first image is posted | P webhookURL each completed item
webhook-only-last | only the last image is posted | P webhookURL each completed item
webhook-once-for-many | several images cause one call | P webhookURL each completed item
webhook-all-in-one | all images in one call | P webhookURL separate call
webhook-skipped-with-upload | no webhook beside uploadEndpoint | P webhookURL
webhook-skipped-for-base64 | no webhook for base64Data and dataURI | P webhookURL
webhook-always-link | links whatever the outputType | W 3 the result item
webhook-without-task-id | no taskUUID | W 3 the result item
webhook-only-ids | no image | W 3 the result item
webhook-other-image-id | another imageUUID than the answer | W 3 the result item
cost-missing-in-webhook | no cost | P includeCost, W 3
webhook-by-put | PUT | P webhookURL POST
webhook-by-get | GET | P webhookURL POST
webhook-as-text | text/plain | W 3 POST with JSON
webhook-as-form | form encoding | P webhookURL JSON
webhook-carries-bytes | the bytes of the image | P webhookURL JSON
webhook-body-in-text | JSON within a JSON text | W 3 the result item
webhook-empty-body | no body | P webhookURL JSON
webhook-without-query | no query | W 3 query
webhook-query-sorted | the query is sorted | W 3 query
webhook-first-query-part-only | the query up to & | W 3 query
webhook-path-lower-case | the path in lower case | P webhookURL
webhook-twice | two calls an image | W 3 one call
webhook-not-repeated | no second call after a 500 | W 3 sent again
webhook-at-start-too | a call before the image | P webhookURL when tasks complete
webhook-for-refused-task | a call for a refused task | P webhookURL when tasks complete
upload-skipped-for-base64 | no upload for base64Data | P uploadEndpoint
upload-skipped-for-data-uri | no upload for dataURI | P uploadEndpoint
upload-skipped-for-png | no upload for PNG | P uploadEndpoint
upload-skipped-in-async | no upload in async | P uploadEndpoint
upload-skipped-in-sync | no upload in sync | P uploadEndpoint
upload-only-first | only the first image | P uploadEndpoint
upload-skipped-with-webhook | no upload beside webhookURL | P uploadEndpoint
upload-by-post | POST | P uploadEndpoint PUT
upload-in-base64 | Base64 | P uploadEndpoint raw
upload-as-form | multipart form | P uploadEndpoint raw
upload-as-json | the result item | P uploadEndpoint raw
upload-always-jpg | a JPG whatever the outputFormat | P uploadEndpoint, outputFormat
upload-cut-short | half the bytes | P uploadEndpoint
upload-of-another-image | another image | P uploadEndpoint "the generated content"
upload-at-default-quality | quality 95 | P outputQuality
upload-without-query | no query | P uploadEndpoint presigned
upload-with-name-added | the imageUUID is added to the path | P uploadEndpoint "to the specified URL"
upload-twice | two uploads an image | P uploadEndpoint
# errors
error-code-of-unknown-name | inferenceError | W 4 unsupportedParameter
error-code-of-missing | providerError | W 4 missing<X>
error-code-of-values | providerInternalError | W 4 invalid<X>
error-code-of-step-server | internalServerError for a bad size | W 4 invalid<X>
error-value-code-is-auth | invalidApiKey for a value out of a set | W 4 unsupported<X>
error-code-always-same | invalidRequest for all | W 4
error-code-snake-case | invalid_width | W 4 camelCase
error-code-missing | no code | W 4 required
error-conflict-code | taskFailed for a conflict | W 4 conflictTaskUUID
error-without-message | no message | W 4 required
error-without-parameter | no parameter | W 4
error-without-task-id | no taskUUID | W 4, W 1 joined by taskUUID
error-task-id-made-up | another taskUUID | W 4
error-height-named-width | height is named width | W 4 parameter
error-parameter-as-pointer | /width | W 4 parameter
error-parameter-upper-level | `inputs` for inputs.referenceImages | W 4 parameter
error-twice | each error twice | W 4
error-second-about-model | an error about the model beside each other one | W 4
error-maximum-wrong | max 4096 for width | W 4 max, P width
error-minimum-wrong | min 0 for outputQuality | W 4 min, P outputQuality
error-step-wrong | multiplier 8 | W 4 multiplier, P width
error-type-wrong | string for integer | W 4 type
error-allowed-values-wrong | TIFF among the allowedValues | W 4, W 5
error-allowed-values-missing | no allowedValues | W 4 unsupported<X>
error-documentation-wrong | the anchor of model | W 4 documentation
error-documentation-case | the anchor in mixed case and with dots | W 4 documentation
errors-as-object | errors is an object | W 1 envelope
errors-bare | the bare error | W 1 envelope
errors-under-error | error for errors | W 1 envelope
errors-as-html | HTML | W 1 envelope
errors-of-request-before | the error of the request before | W 1
status-200-for-refused | 200 | W 1 400
status-422-for-refused | 422 | W 1 400
status-404-for-refused | 404 | W 1 400
status-500-for-refused | 500 | W 1 400
status-409-for-conflict | 409 | W 3 conflict 400
status-404-for-model | 404 for the model | W 1 400
status-402-for-results | 402 for numberResults | W 1 400
status-401-for-unknown-name | 401 for an unknown name | W 1 400
status-413-for-long-prompt | 413 for a prompt | W 1 400
server-error-for-null | 500 for null | W 1 400
server-error-for-huge-number | 500 above 64 bits | W 1 400
server-error-for-nested-array | 500 for an array as inputs | W 1 400
server-error-for-number-as-prompt | 500 for a number as prompt | W 1 400
async-errors-come-later | acknowledges a bad async task | W 3 come at once
batch-only-first-error | only the first bad task is reported | W 1 partial success
batch-second-error-without-id | no taskUUID from the second error on | W 1 joined by taskUUID
batch-error-ids-swapped | errors with the ids of other tasks | W 1 joined by taskUUID
batch-all-or-nothing | one bad task spoils all | W 1 partial success
batch-errors-dropped-if-any-succeeds | no errors beside results | W 1 partial success
batch-stops-at-error | tasks after a bad one are dropped | W 1 partial success
# transport
key-missing-accepted | no key needed | W 1 401
key-any-accepted | any key | W 1 401
key-prefix-accepted | a part of the key, or more than the key | W 1 401
key-any-case-accepted | the key in other case | W 1 401
key-empty-accepted | an empty key | W 1 401
key-any-scheme-accepted | the key with any scheme | W 1 Bearer
key-basic-scheme-accepted | the key with Basic | W 1 Bearer
key-without-scheme-accepted | the key without a scheme | W 1 Bearer
key-remembered-on-connection | no key needed after a good one on the connection | W 1 401
key-status-403 | 403 | W 1 401
key-status-400 | 400 | W 1 401
key-status-200 | 200 with no items | W 1 401
key-missing-status-400 | 400 for no key | W 1 401
key-error-code | invalidRequest | W 4 invalidApiKey, missingApiKey
key-error-empty-body | 401 without a body | W 1 envelope
key-element-ignored | the first element is no key | W 1 Auth B
key-element-unchecked | any key in the first element | W 1 401
key-element-open | unknown names in the first element | W 1 closed object
key-element-anywhere-accepted | the key in a later element | W 1 first element
key-element-drops-next | the task after the key is dropped | W 1 Auth B
key-only-request-refused | 400 for a key alone | W 1 auth-only
json-malformed-500 | 500 | W 1 400
json-malformed-200 | 200 with no items | W 1 400
json-malformed-connection-cut | no answer | W 1 400
json-trailing-text-accepted | text after the array is ignored | W 1 JSON array
json-trailing-comma-accepted | a comma before ] or } | W 1 JSON
json-comments-accepted | comments | W 1 JSON
json-single-quotes-accepted | single quotes | W 1 JSON
json-cut-short-accepted | missing brackets are added | W 1 JSON
json-nan-accepted | NaN is 64 | W 1 JSON
json-invalid-utf8-accepted | bad bytes are replaced | W 1 JSON
json-invalid-utf8-500 | 500 | W 1 400
json-repeated-names-500 | 500 | W 1 400
json-deep-nesting-500 | 500 | W 1 400
body-object-accepted | a bare task | W 1 array, "treat as invalid"
body-nested-array-accepted | an array in the array | W 1 array of objects
body-wrapped-accepted | {"tasks": [...]} | W 1 array
body-empty-accepted | no body | W 1 array
body-not-array-500 | 500 for another value | W 1 400
body-empty-array-500 | 500 for [] | W 1 400
task-not-object-skipped | elements that are no objects are dropped | W 1 array of objects
task-not-object-500 | 500 for an element that is no object | W 1 400
media-type-charset-refused | application/json; charset=utf-8 is refused | W 1 Content-Type
answer-as-html | text/html for JSON | W 1
path-any-accepted | any path | W 1 endpoint, 404
path-longer-accepted | /v1/x | W 1 endpoint, 404
path-any-case-accepted | /V1 | W 1 endpoint, 404
path-unknown-400 | 400 | W 1 404
path-unknown-500 | 500 | W 1 404
method-get-200 | GET is answered 200 | W 1 POST
method-put-accepted | PUT and PATCH do as POST | W 1 POST
method-500 | 500 | W 1 POST
# state
sticky-format | outputFormat lasts for the next task without one | P outputFormat default
sticky-cost | includeCost lasts | P includeCost default
sticky-results | numberResults lasts | P numberResults default
sticky-quality | outputQuality lasts | P outputQuality default
sticky-safety | safety lasts | P checkContent default
sticky-type | outputType lasts | P outputType default
async-once-async-always | async lasts | P deliveryMethod default
id-taken-by-refused-task | a refused task takes its id | W 3 conflict while it runs
id-conflict-unchecked | an id can be used again | P taskUUID unique
id-free-after-sync | an id of a sync task can be used again | P taskUUID unique
id-conflict-unchecked-in-async | an id of an async task can be used again | W 3 conflict
id-conflict-unchecked-in-batch | two tasks of a request may share an id | P taskUUID unique
id-conflict-case-sensitive | an id in other case is another id | P taskUUID unique
id-conflict-ends-first | a conflict ends the first task | W 3 the first task goes on
id-memory-of-ten | only the last ten ids are known | P taskUUID unique
error-poisons-connection | the request after an error is refused | W 1
every-tenth-size-wrong | each tenth task is too wide | P width
every-twentieth-without-item | each twentieth task has no image | P numberResults
every-fifteenth-500 | each fifteenth request is answered 500 | W 1
every-fifteenth-empty | each fifteenth request has no items | W 1
every-thirtieth-unchecked | each thirtieth request is unchecked | P
unchecked-after-300-requests | requests after 300 are unchecked | P
batch-last-unchecked | the last of three or more tasks is unchecked | P
batch-only-first-checked | only the first task is checked | P
batch-beyond-tenth-unchecked | tasks from the eleventh on are unchecked | P
batch-first-parameters-for-all | all tasks have the first one's parameters | W 1
batch-fifth-size-wrong | the fifth task is too tall | P height
batch-fifth-format-default | JPG from the fifth task on | P outputFormat
batch-second-cost-forgotten | no cost from the second task on | P includeCost
batch-of-more-than-eight-refused | more than 8 tasks are refused | W 1 several tasks
batch-cut-at-ten | tasks from the eleventh on are dropped | W 1 several tasks
batch-results-cut-at-20 | at most 20 items an answer | W 1 several tasks
batch-mixed-kinds-refused | a poll beside a task is refused | W 1 several task types
poll-only-first-of-batch | only the first poll of a request is answered | W 1 several tasks
"""


def each() -> Iterator[tuple[str, str, str]]:
    """Axis, name, and what it does with the statement that it violates."""
    axis = ""
    for line in TABLE.strip().splitlines():
        if line.startswith("# "):
            axis = line[2:]
            continue
        name, meaning, source = line.split(" | ")
        yield axis, name, f"{meaning} [{source}]"


def names() -> set[str]:
    return {name for _, name, _ in each()}
