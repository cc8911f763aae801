#!/usr/bin/env python3
"""Splits conformance/ into crates, in the current directory (a checkout). Mechanical: moves and renames only."""
import re, os, subprocess, sys, glob
def sh(*a): subprocess.run(a, check=True)
def mv(a, b):
    os.makedirs(os.path.dirname(b), exist_ok=True)
    sh('git', 'mv', a, b)
C = 'conformance/'
def rs(*roots):
    for r in roots:
        for f in subprocess.run(['git', 'ls-files', '-co', '--exclude-standard', r], capture_output=True, text=True).stdout.split('\n'):
            if f.endswith('.rs') and os.path.exists(f): yield f
def sub(files, *pairs):
    for f in files:
        s = o = open(f).read()
        for a, b in pairs: s = re.sub(a, b, s, flags=re.M)
        if s != o: open(f, 'w').write(s)

# 1. the spec crate is airspec-spec
sub(list(rs('.')), (r'(?<![\w:/.\-])airspec::', 'airspec_spec::'), (r'^use airspec;', 'use airspec_spec;'))
# 2. move modules
os.makedirs(C + 'judge/src', exist_ok=True)
mv(C + 'src/judge.rs', C + 'judge/src/lib.rs')
mv(C + 'src/picture.rs', C + 'media/src/lib.rs')
for f in os.listdir(C + 'src/picture'): mv(C + 'src/picture/' + f, C + 'media/src/' + f)
mv(C + 'src/mock.rs', C + 'mock/src/lib.rs')
for f in os.listdir(C + 'src/mock'): mv(C + 'src/mock/' + f, C + 'mock/src/' + f)
mv(C + 'src/price.rs', 'spec/src/price.rs')
for m in ('case', 'oracle', 'run'):
    for d in (C + 'src/%s.rs' % m, C + 'src/' + m): mv(d, C + 'suite/src/' + os.path.basename(d))
for m in ('cost', 'date', 'deviation', 'equivalent', 'faults', 'random', 'shard'): mv(C + 'src/%s.rs' % m, C + 'suite/src/%s.rs' % m)
mv(C + 'suite/src/run/progress.rs', C + 'src/cli/progress.rs')
mv(C + 'src/broken.rs', C + 'suite/src/counterexamples.rs')
mv(C + 'src/agree.rs', C + 'src/differential.rs')
mv(C + 'src/report.rs', C + 'report/src/lib.rs')
for f in os.listdir(C + 'src/report'): mv(C + 'src/report/' + f, C + 'report/src/' + f)
# 3. paths inside
inside = {
 'judge': [],
 'media': [(r'crate::picture::', 'crate::'), (r'crate::picture\b', 'crate')],
 'mock': [(r'crate::judge', 'airspec_judge'), (r'crate::picture', 'airspec_media'), (r'crate::price', 'airspec_spec::price'), (r'crate::mock::', 'crate::'), (r'airspec_conformance::mock', 'airspec_mock')],
 'suite': [(r'crate::judge', 'airspec_judge'), (r'crate::picture', 'airspec_media'), (r'crate::mock', 'airspec_mock'), (r'crate::price', 'airspec_spec::price')],
 'report': [(r'crate::(run|oracle|case|faults|deviation|shard|date|random|cost)\b', r'airspec_suite::\1'), (r'crate::report::', 'crate::')],
}
for d, pairs in inside.items(): sub(list(rs(C + d)), *pairs)
prog = [(r'crate::agree', 'crate::differential'), (r'crate::broken', 'airspec_suite::counterexamples'), (r'crate::(run|oracle|case|faults|deviation|shard|date|random|cost)\b', r'airspec_suite::\1'),
        (r'crate::judge', 'airspec_judge'), (r'crate::mock', 'airspec_mock'), (r'crate::report', 'airspec_report'), (r'crate::picture', 'airspec_media')]
sub(list(rs(C + 'src')), *prog)
every = [(r'airspec_conformance::agree', 'airspec::differential'), (r'airspec_conformance::broken', 'airspec_suite::counterexamples'), (r'airspec_conformance::(run|oracle|case|faults|deviation|shard|date|random|cost)\b', r'airspec_suite::\1'),
         (r'airspec_conformance::judge', 'airspec_judge'), (r'airspec_conformance::mock', 'airspec_mock'), (r'airspec_conformance::report', 'airspec_report'), (r'airspec_conformance::picture', 'airspec_media'), (r'airspec_conformance::', 'airspec::')]
sub(list(rs('.')), *every)
