<?php
// What sites build (reference, section 8.2), in PHP with hash_hmac and no extension: flows.php BASE.
// Failed assertions end it: see the ini setting.
ini_set('zend.assertions', '1');
ini_set('assert.exception', '1');

$base = $argv[1] . '/apitesting/';
$api = $base . 'api/v3/';

/** One request: status, decoded body, headers. */
function send(string $method, string $url, array $headers, string $body = ''): array
{
    $http = ['method' => $method, 'header' => $headers, 'ignore_errors' => true, 'protocol_version' => 1.1,
        'follow_location' => 0];
    if ($method !== 'GET') {
        $http['content'] = $body;
    }
    $text = file_get_contents($url, false, stream_context_create(['http' => $http]));
    preg_match('~^HTTP/\S+ (\d+)~', $http_response_header[0], $status);
    return [(int) $status[1], json_decode($text, true), $http_response_header, $text];
}

/** A signed request; no content type, as one published plug-in sends them. */
function signed(string $method, string $path, string $body = ''): array
{
    global $api;
    $date = gmdate('D, d M Y H:i:s') . ' GMT';
    $string = "$method\n$api$path\n$date";
    if ($method !== 'GET') {
        $string .= "\n" . base64_encode(md5($body, true));
    }
    $key = base64_decode('c2VjcmV0LWtleS1mb3ItdGVzdHM=');
    $signature = base64_encode(hash_hmac('sha1', $string, $key, true));
    return send($method, $api . $path, ['Connection: close', "Date: $date", "Authorization: SpektrixAPI3 TestLogin:$signature"], $body);
}

/** An unsigned call, as a form handler sends it. */
function web(string $method, string $path, string $body = ''): array
{
    global $api;
    return send($method, $api . $path, ['Connection: close', 'Content-Type: application/json',
        'User-Agent: Mozilla/5.0 (compatible; TheatreSite/1.0)', 'Referer: https://www.test.example/sign-up'], $body);
}

[$status, $statements] = web('GET', 'statements');
[, $groups] = web('GET', 'tag-groups');
assert($status === 200 && $statements[0]['text'] === 'Email me' && $groups[0]['tags'][0]['name'] === 'Silver Member');
$tag = $groups[0]['tags'][0]['id'];
$statement = $statements[0]['id'];

// A form in Web mode that posts all it has, keys as its controls are called.
$person = ['FirstName' => 'Zoë', 'LastName' => 'Müller', 'Email' => 'php@b.co', 'AgreedStatements' => [$statement],
    'tags' => [$tag], 'submit' => 'Sign up', 'Attribute_Dietary Requirements' => 'Vegan'];
[$status, $made] = web('POST', 'customer', json_encode($person));
assert($status === 200 && $made['name'] === 'Zoë Müller' && $made['attribute_DietaryRequirements'] === 'Vegan');
[$status, $again] = web('POST', 'customer', json_encode($person));
assert($status === 400 && $again['message'] === 'Duplicate Entry' && $again['resourceIdentifiers'] === ['php@b.co']);
[$status, $faulty] = web('POST', 'customer', json_encode(['Email' => 'x', 'FirstName' => str_repeat('x', 31), 'LastName' => 'B']));
assert($status === 400 && $faulty['message'] === 'Bad Request' && array_column($faulty['invalidInputs'], 'key') === ['FirstName', 'Email']);
[$status, $nobody] = web('GET', 'customer');
assert($status === 401 && $nobody['0']['key'] === 'Message');

// A form on a server, signed.
[$status] = signed('GET', 'customers?email=' . urlencode('server@b.co'));
assert($status === 404);
[$status, $made] = signed('POST', 'customers', json_encode(['firstName' => 'Ann', 'lastName' => 'Lee', 'email' => 'server@b.co']));
assert($status === 200);
$own = 'customers/' . $made['id'];
[$status, $found] = signed('GET', 'customers?email=server@b.co');
assert($status === 200 && $found === $made);
[$status, $added] = signed('POST', "$own/tags", json_encode(['id' => $tag]));
assert($status === 200 && $added === ['id' => $tag, 'name' => 'Silver Member']);
[$status, $agreed] = signed('POST', "$own/agreed-statements", json_encode([['id' => $statement]]));
assert($status === 200 && $agreed[0]['id'] === $statement);
[, $expanded] = signed('GET', "$own?\$expand=tags");
assert($expanded['tags'][0]['id'] === $tag);
[$status, , , $text] = signed('DELETE', "customers/tags/$tag?id={$made['id']}");
assert($status === 204 && $text === '');
[, $patched] = signed('PATCH', $own, json_encode(['birthDate' => '1980-01-31', 'Title' => 'Dr', 'Phone' => '1']));
assert($patched['birthDate'] === '1980-01-31T00:00:00' && $patched['title'] === 'Dr' && is_int($patched['age']));
[$status, $refused] = signed('GET', 'customers/I-0000-0000');
assert($status === 404 && $refused['errorCode'] === 1);

// The integrated form.
$form = http_build_query(['FirstName' => 'A', 'lastName' => 'B', 'email' => 'form@b.co', 'ReturnUrl' => 'https://site/ok']);
$headers = ['Connection: close', 'Content-Type: application/x-www-form-urlencoded', 'User-Agent: Mozilla/5.0 (X11)'];
foreach (['https://site/ok', 'https://site/ok?Error=EmailExists'] as $place) {
    [$status, , $answer] = send('POST', $base . 'website/secure/signup.aspx', $headers, $form);
    assert($status === 302 && in_array(strtolower("location: $place"), array_map('strtolower', $answer), true));
}
echo "done\n";
